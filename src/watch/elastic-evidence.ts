import type { estypes } from "@elastic/elasticsearch";
import type { Evidence } from "../model/alert.ts";
import { indicesOf, selectionQuery, type ElasticScope } from "./elastic-events.ts";
import { searchAll } from "./elastic-search.ts";
import type { EvidenceQuery } from "./events.ts";

/** Lines in an alert are cut here: some are a megabyte long. */
const lineLength = 1000;

/** Most frequent values, numbers of different values and the first five lines of a group's events. */
export async function evidenceOf(
  scope: ElasticScope,
  query: EvidenceQuery,
  signal: AbortSignal,
): Promise<Evidence & { distinct: Record<string, number> }> {
  const { select, by, group, range, top, distinct } = query;
  const groups = by.length > 0 ? { by, groups: [group] } : undefined;
  const aggs: Record<string, estypes.AggregationsAggregationContainer> = {};
  for (const field of top) aggs[`top ${field}`] = { terms: { field, size: 5 } };
  for (const field of distinct) {
    aggs[`distinct ${field}`] = { cardinality: { field, precision_threshold: 40_000 } };
  }
  const answer = await searchAll(
    scope.client,
    {
      index: indicesOf(scope.namespace, select.datasets),
      query: selectionQuery(select, range, groups),
      size: 5,
      sort: [{ "@timestamp": { order: "asc" } }],
      _source: false,
      // However the document was written: nested, or with dotted names.
      fields: ["@timestamp", "host.name", "event.original", "message"],
      aggs,
    },
    signal,
  );
  const found = answer.aggregations ?? {};
  const tops = top.flatMap((field) => {
    const buckets = (found[`top ${field}`] as Terms | undefined)?.buckets ?? [];
    const values = buckets.map(({ key, doc_count }) => ({ value: String(key), count: doc_count }));
    return values.length > 0 ? [[field, values] as const] : [];
  });
  return {
    top: Object.fromEntries(tops),
    distinct: Object.fromEntries(
      distinct.map((field) => {
        const cardinality = found[`distinct ${field}`] as { value: number } | undefined;
        return [field, cardinality?.value ?? 0];
      }),
    ),
    lines: answer.hits.hits.map((hit) => {
      const text = (field: string) => {
        const [value] = (hit.fields?.[field] ?? []) as (string | undefined)[];
        return value ?? "";
      };
      const original = text("event.original");
      return {
        id: hit._id ?? "",
        index: hit._index,
        timestamp: text("@timestamp"),
        host: text("host.name"),
        original: (original === "" ? text("message") : original).slice(0, lineLength),
      };
    }),
  };
}

interface Terms {
  buckets: { key: unknown; doc_count: number }[];
}
