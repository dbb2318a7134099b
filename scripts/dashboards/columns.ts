import type { Bucket, Metric } from "./board.ts";
import { fields, type FieldName } from "./fields.ts";

/** Number of documents. */
export function count(label = "Events", query?: string): Metric {
  return { kind: "metric", operation: "count", label, ...(query ? { query } : {}) };
}

/** Documents a minute. */
export function perMinute(label: string): Metric {
  return { ...count(label), perMinute: true };
}

/** Login attempts: a line may stand for several or, beside the line that counts, for none. */
export function attempts(label: string, query?: string): Metric {
  return {
    kind: "metric",
    operation: "sum",
    field: "leafwatch.attempts",
    label,
    ...(query ? { query } : {}),
  };
}

/** Number of different values. */
export function distinct(field: FieldName, label: string, query?: string): Metric {
  return {
    kind: "metric",
    operation: "unique_count",
    field,
    label,
    ...(query ? { query } : {}),
  };
}

/** The largest value; of a date, the latest. */
export function latest(field: FieldName, label: string): Metric {
  return { kind: "metric", operation: "max", field, label };
}

/** The value that `share` per cent of the documents do not exceed. */
export function percentile(field: FieldName, share: number, label: string): Metric {
  return { kind: "metric", operation: "percentile", percentile: share, field, label };
}

/** The middle value. */
export function median(field: FieldName, label: string): Metric {
  return { kind: "metric", operation: "median", field, label };
}

/** The values with the largest numbers. */
export function top(field: FieldName, size = 10, label: string = fields[field].label): Bucket {
  return { kind: "terms", field, size, label };
}

/** Classes that KQL tells apart, in this order. */
export function classes(label: string, queries: Readonly<Record<string, string>>): Bucket {
  return {
    kind: "filters",
    label,
    filters: Object.entries(queries).map(([name, query]) => ({ label: name, query })),
  };
}
