import type { estypes } from "@elastic/elasticsearch";
import type { GroupValue } from "../model/alert.ts";
import { indicesOf, selectionQuery, type ElasticScope } from "./elastic-events.ts";
import { searchAll } from "./elastic-search.ts";
import { groupKey, type Measure, type Tally, type TallyQuery } from "./events.ts";

/** Buckets of one answer: of `terms` at most, of `composite` a page. Servers allow 65,536 in one answer. */
const termsSize = 10_000;
const pageSize = 5_000;
/** Groups that one query is narrowed to. */
const groupsAtOnce = 10_000;

type Aggregations = Record<string, estypes.AggregationsAggregationContainer>;

interface Bucket {
  key: unknown;
  doc_count: number;
  first: { value: number };
  last: { value: number };
  sum?: { value: number };
  logins?: { doc_count: number; attempts: { value: number } };
}

/**
 * All groups and their sizes. `terms` with `min_doc_count` is several times faster but exact only for plain document
 * counts, without an error bound and with room left; everything else takes all pages of `composite`.
 */
export async function tallyOf(
  scope: ElasticScope,
  query: TallyQuery,
  signal: AbortSignal,
): Promise<Tally[]> {
  const { groups } = query;
  if (groups && groups.length > groupsAtOnce) {
    const tallies: Tally[] = [];
    for (let from = 0; from < groups.length; from += groupsAtOnce) {
      const some = groups.slice(from, from + groupsAtOnce);
      tallies.push(...(await tallyOf(scope, { ...query, groups: some }, signal)));
    }
    return tallies;
  }
  const found = await tallySome(scope, query, signal);
  if (!groups) return found;
  const wanted = new Set(groups.map(groupKey));
  return found.filter(({ group }) => wanted.has(groupKey(group)));
}

async function tallySome(
  scope: ElasticScope,
  query: TallyQuery,
  signal: AbortSignal,
): Promise<Tally[]> {
  const plain = typeof query.measure === "string" || "values" in query.measure;
  if (plain && query.by.length === 1 && query.slotMs === undefined && query.atLeast !== undefined) {
    const tallies = await byTerms(scope, query, query.atLeast, signal);
    if (tallies) return tallies;
  }
  if (query.by.length === 0 && query.slotMs === undefined) return whole(scope, query, signal);
  return byComposite(scope, query, signal);
}

async function byTerms(
  scope: ElasticScope,
  query: TallyQuery,
  atLeast: number,
  signal: AbortSignal,
): Promise<Tally[] | undefined> {
  const [field = ""] = query.by;
  const answer = await searchAll(
    scope.client,
    {
      ...request(scope, query),
      aggs: {
        groups: {
          terms: { field, size: termsSize, min_doc_count: Math.max(1, atLeast) },
          aggs: times,
        },
        ...oddOnes(query.measure),
      },
    },
    signal,
  );
  // No stream yet: nothing was aggregated.
  if (!answer.aggregations) return [];
  const groups = answer.aggregations["groups"] as {
    doc_count_error_upper_bound: number;
    buckets: Bucket[];
  };
  const odd = answer.aggregations["odd"] as
    { doc_count: number; values?: { value: number } } | undefined;
  if (odd && (odd.values ? odd.values.value > odd.doc_count : odd.doc_count > 0)) return undefined;
  if (groups.doc_count_error_upper_bound > 0 || groups.buckets.length >= termsSize)
    return undefined;
  return groups.buckets.map((bucket) => tally([keyOf(bucket)], 0, bucket, "documents"));
}

async function whole(
  scope: ElasticScope,
  query: TallyQuery,
  signal: AbortSignal,
): Promise<Tally[]> {
  const answer = await searchAll(
    scope.client,
    {
      ...request(scope, query),
      aggs: { all: { filter: { match_all: {} }, aggs: measures(query.measure) } },
    },
    signal,
  );
  const bucket = answer.aggregations?.["all"] as Omit<Bucket, "key"> | undefined;
  if (!bucket || bucket.doc_count === 0) return [];
  const found = tally([], 0, { key: "", ...bucket }, query.measure);
  return found.measure >= (query.atLeast ?? -Infinity) ? [found] : [];
}

async function byComposite(
  scope: ElasticScope,
  query: TallyQuery,
  signal: AbortSignal,
): Promise<Tally[]> {
  const sources: Record<string, estypes.AggregationsCompositeAggregationSource>[] = query.by.map(
    (field, i) => ({ [`g${i}`]: { terms: { field } } }),
  );
  if (query.slotMs !== undefined) {
    const interval = `${query.slotMs}ms`;
    sources.push({ slot: { date_histogram: { field: "@timestamp", fixed_interval: interval } } });
  }
  const tallies: Tally[] = [];
  let after: Record<string, estypes.FieldValue> | undefined;
  do {
    const composite = { size: pageSize, sources, ...(after ? { after } : {}) };
    const answer = await searchAll(
      scope.client,
      {
        ...request(scope, query),
        aggs: { groups: { composite, aggs: measures(query.measure) } },
      },
      signal,
    );
    const page = answer.aggregations?.["groups"] as
      { buckets: Bucket[]; after_key?: Record<string, estypes.FieldValue> } | undefined;
    for (const bucket of page?.buckets ?? []) {
      const key = bucket.key as Record<string, GroupValue>;
      const group = query.by.map((_, i) => key[`g${i}`] ?? "");
      const found = tally(group, Number(key["slot"] ?? 0), bucket, query.measure);
      if (found.measure >= (query.atLeast ?? -Infinity)) tallies.push(found);
    }
    // Fewer than a page holds: there is no other.
    after = (page?.buckets.length ?? 0) < pageSize ? undefined : page?.after_key;
  } while (after);
  return tallies;
}

function request(scope: ElasticScope, query: TallyQuery) {
  const { by, groups, ingestedFrom, ingestedTo } = query;
  const selected = selectionQuery(query.select, query.range, groups && { by, groups });
  const arrived = {
    range: {
      "event.ingested": {
        gte: ingestedFrom ?? 0,
        ...(ingestedTo === undefined ? {} : { lt: ingestedTo }),
        format: "epoch_millis",
      },
    },
  };
  return {
    index: indicesOf(scope.namespace, query.select.datasets),
    size: 0,
    query: ingestedFrom === undefined ? selected : { bool: { filter: [selected, arrived] } },
  };
}

/** Finds events that count for more or less than one: where there are any, documents are not what is counted. */
function oddOnes(measure: Measure): Aggregations {
  if (measure === "attempts") {
    const filter = [{ exists: { field: "leafwatch.attempts" } }];
    const must_not = [{ term: { "leafwatch.attempts": 1 } }];
    return { odd: { filter: { bool: { filter, must_not } } } };
  }
  if (typeof measure === "object" && "values" in measure) {
    const values = { value_count: { field: measure.values } };
    return { odd: { filter: { exists: { field: measure.values } }, aggs: { values } } };
  }
  return {};
}

const times: Aggregations = {
  first: { min: { field: "@timestamp" } },
  last: { max: { field: "@timestamp" } },
};

function measures(measure: Measure): Aggregations {
  if (measure === "documents") return times;
  if (typeof measure === "object" && "values" in measure) {
    return { ...times, sum: { value_count: { field: measure.values } } };
  }
  if (measure === "attempts") {
    return {
      ...times,
      logins: {
        filter: { term: { "event.category": "authentication" } },
        aggs: { attempts: { sum: { field: "leafwatch.attempts", missing: 1 } } },
      },
    };
  }
  return { ...times, sum: { sum: { field: measure.sum } } };
}

function tally(group: GroupValue[], slot: number, bucket: Bucket, measure: Measure): Tally {
  const documents = bucket.doc_count;
  const { logins, sum } = bucket;
  const measured =
    measure === "documents"
      ? documents
      : measure === "attempts"
        ? documents - (logins?.doc_count ?? 0) + (logins?.attempts.value ?? 0)
        : (sum?.value ?? 0);
  const { first, last } = bucket;
  return { group, slot, documents, measure: measured, first: first.value, last: last.value };
}

/** Elasticsearch gives booleans as 0 and 1 beside their text. */
function keyOf(bucket: Bucket & { key_as_string?: string }): GroupValue {
  const text = bucket.key_as_string;
  return text === "true" || text === "false" ? text === "true" : (bucket.key as GroupValue);
}
