import type { estypes } from "@elastic/elasticsearch";
import { parseKql, type Kql } from "../../../scripts/dashboards/kql.ts";
import type { LensColumn, LensLayer } from "../../../scripts/dashboards/check/lens-shape.ts";

type Aggregations = Record<string, estypes.AggregationsAggregationContainer>;
type Bucketed = Extract<LensColumn, { isBucketed: true }>;
export type Numbered = Exclude<LensColumn, Bucketed>;

/** A row of a panel: what it is split by, and its numbers. */
export interface Row {
  keys: readonly (string | number)[];
  values: readonly (number | null)[];
}

/** Width of the time axis' bars in these tests. */
export const dayMs = 86_400_000;

/** KQL as the query that Kibana makes of it. */
export function toQuery(kql: Kql): estypes.QueryDslQueryContainer {
  switch (kql.kind) {
    case "all":
      return { match_all: {} };
    case "and":
      return { bool: { filter: kql.parts.map(toQuery) } };
    case "or":
      return { bool: { should: kql.parts.map(toQuery), minimum_should_match: 1 } };
    case "not":
      return { bool: { must_not: [toQuery(kql.part)] } };
    case "exists":
      return { exists: { field: kql.field } };
    case "wildcard":
      return { query_string: { fields: [kql.field], query: escapeLucene(kql.pattern) } };
    case "range": {
      const bound = { "<": "lt", "<=": "lte", ">": "gt", ">=": "gte" }[kql.operator];
      return { range: { [kql.field]: { [bound]: kql.value } } };
    }
    case "is":
      return kql.quoted
        ? { match_phrase: { [kql.field]: kql.value } }
        : { match: { [kql.field]: kql.value } };
  }
}

function escapeLucene(pattern: string): string {
  return pattern.replace(/[+\-=&|><!(){}[\]^"~?:\\/]/g, "\\$&");
}

/** The search that a Lens layer stands for, without its hits. */
export function layerSearch(layer: LensLayer, query: string): estypes.SearchRequest {
  return {
    size: 0,
    track_total_hits: true,
    query: toQuery(parseKql(query)),
    aggs: level(layer, bucketsOf(layer)),
  };
}

function bucketsOf({ columnOrder, columns }: LensLayer): [string, Bucketed][] {
  return columnOrder.flatMap((id): [string, Bucketed][] => {
    const column = columns[id];
    return column?.isBucketed ? [[id, column]] : [];
  });
}

/** The numbers of a layer, in their order. */
export function numbersOf({ columnOrder, columns }: LensLayer): [string, Numbered][] {
  return columnOrder.flatMap((id): [string, Numbered][] => {
    const column = columns[id];
    return column && !column.isBucketed ? [[id, column]] : [];
  });
}

function level(layer: LensLayer, buckets: readonly [string, Bucketed][]): Aggregations {
  const [first, ...rest] = buckets;
  // As Kibana asks: the numbers stand at every level, because each is ordered by one of them.
  const numbers = Object.fromEntries(
    numbersOf(layer).flatMap(([id, column]) => {
      const aggregation = numberAggregation(column);
      return aggregation ? [[id, aggregation]] : [];
    }),
  );
  if (!first) return numbers;
  const [id, column] = first;
  return { ...numbers, [id]: { ...bucketAggregation(layer, column), aggs: level(layer, rest) } };
}

function bucketAggregation(
  { columns }: LensLayer,
  column: Bucketed,
): estypes.AggregationsAggregationContainer {
  switch (column.operationType) {
    case "date_histogram":
      return {
        date_histogram: { field: column.sourceField, fixed_interval: "1d", min_doc_count: 1 },
      };
    case "filters":
      return {
        filters: {
          filters: Object.fromEntries(
            column.params.filters.map(({ label, input }) => [
              label,
              toQuery(parseKql(input.query)),
            ]),
          ),
        },
      };
    case "terms": {
      const { columnId } = column.params.orderBy;
      const by = columns[columnId];
      if (!by || by.isBucketed) throw new Error(`ordered by ${columnId}, which is no number`);
      return {
        terms: {
          field: column.sourceField,
          size: column.params.size,
          // Exact, where Kibana takes what the shards' best give together.
          shard_size: 10_000,
          order: { [orderPath(columnId, by)]: column.params.orderDirection },
        },
      };
    }
  }
}

function orderPath(id: string, column: Numbered): string {
  if (column.operationType === "count" && !column.filter) return "_count";
  const inner = column.operationType === "count" ? "_count" : column.filter ? "number" : "";
  const path = column.filter ? `${id}>${inner}` : id;
  return column.operationType === "percentile" ? `${path}.${column.params.percentile}` : path;
}

function numberAggregation(column: Numbered): estypes.AggregationsAggregationContainer | undefined {
  const number = plainAggregation(column);
  if (!column.filter) return number;
  return {
    filter: toQuery(parseKql(column.filter.query)),
    ...(number ? { aggs: { number } } : {}),
  };
}

/** undefined: the bucket's own count of documents. */
function plainAggregation(column: Numbered): estypes.AggregationsAggregationContainer | undefined {
  switch (column.operationType) {
    case "count":
      return undefined;
    case "sum":
      return { sum: { field: column.sourceField } };
    case "max":
      return { max: { field: column.sourceField } };
    case "unique_count":
      return { cardinality: { field: column.sourceField } };
    case "median":
      return { percentiles: { field: column.sourceField, percents: [50] } };
    case "percentile":
      return { percentiles: { field: column.sourceField, percents: [column.params.percentile] } };
  }
}

interface Bucket {
  key?: string | number;
  doc_count: number;
  [id: string]: unknown;
}

/** The rows of a panel, read out of the answer to `layerSearch`; rows without documents are left out. */
export function rowsOf(layer: LensLayer, answer: estypes.SearchResponse): Row[] {
  const total = answer.hits.total;
  const top: Bucket = {
    ...(answer.aggregations as Record<string, unknown> | undefined),
    doc_count: typeof total === "object" ? total.value : (total ?? 0),
  };
  return walk(layer, bucketsOf(layer), top, []);
}

function walk(
  layer: LensLayer,
  buckets: readonly [string, Bucketed][],
  bucket: Bucket,
  keys: readonly (string | number)[],
): Row[] {
  const [first, ...rest] = buckets;
  if (!first) {
    const values = numbersOf(layer).map(([id, column]) => valueOf(id, column, bucket));
    return bucket.doc_count > 0 ? [{ keys, values }] : [];
  }
  const inner = (bucket[first[0]] as { buckets: Bucket[] | Record<string, Bucket> }).buckets;
  const list: [string | number, Bucket][] = Array.isArray(inner)
    ? inner.map((one) => [one.key ?? "", one])
    : Object.entries(inner);
  return list.flatMap(([key, one]) => walk(layer, rest, one, [...keys, key]));
}

function valueOf(id: string, column: Numbered, bucket: Bucket): number | null {
  const holder = column.filter ? (bucket[id] as Bucket) : bucket;
  if (column.operationType === "count") return holder.doc_count;
  const number = holder[column.filter ? "number" : id] as {
    value?: number | null;
    values?: Record<string, number | null>;
  };
  return number.value ?? Object.values(number.values ?? {})[0] ?? null;
}
