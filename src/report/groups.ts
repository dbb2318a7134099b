import type { Aggregations, Query, Searcher } from "./search.ts";

/** A value of the grouping field with what it counts. */
export interface Group {
  readonly key: string;
  readonly value: number;
}

/** What groups are counted by: documents, or the login attempts that they stand for. */
export type Measure = "events" | "attempts";

/**
 * Login attempts of a set of events. An event without the field is one attempt; a line that repeats what another
 * line already says carries 0.
 */
export const attempts = { sum: { field: "leafwatch.attempts", missing: 1 } } as const;

/**
 * More groups than this are read page by page: `terms` would cut them, and an order by a sum has no error bound. The
 * server answers with 65,536 buckets at most.
 */
const mostAtOnce = 50_000;
const pageSize = 10_000;

/** What groups are made by; `atOnce` is how many are asked for in one answer. */
export interface Grouping {
  readonly field: string;
  readonly by: Measure;
  readonly atOnce?: number;
}

/** Every value of `field` among the events that match `query`, with its exact count; in no order. */
export async function* groupsOf(
  searcher: Searcher,
  query: Query,
  { field, by, atOnce = mostAtOnce }: Grouping,
  signal: AbortSignal,
): AsyncGenerator<Group[]> {
  const aggs: Aggregations | undefined = by === "attempts" ? { value: attempts } : undefined;
  const terms = { terms: { field, size: atOnce }, ...(aggs && { aggs }) };
  const all = bucketsOf((await searcher.aggregate(query, { groups: terms }, signal))?.["groups"]);
  if (all.buckets.length < atOnce) {
    yield all.buckets.map((bucket) => toGroup(bucket, bucket.key, by));
    return;
  }
  const sources = [{ key: { terms: { field } } }];
  let after: Record<string, string> | undefined;
  do {
    const composite = { sources, size: Math.min(atOnce, pageSize), ...(after && { after }) };
    const page = bucketsOf(
      (await searcher.aggregate(query, { groups: { composite, ...(aggs && { aggs }) } }, signal))?.[
        "groups"
      ],
    );
    yield page.buckets.map((bucket) => toGroup(bucket, Object.values(bucket.key)[0], by));
    after = page.after_key;
  } while (after);
}

/** The `count` largest groups, equal ones in the order of their names, and how many groups there are in all. */
export async function largestGroups(
  pages: AsyncIterable<readonly Group[]>,
  count: number,
): Promise<{ top: Group[]; total: number; sum: number }> {
  let top: Group[] = [];
  let total = 0;
  let sum = 0;
  for await (const page of pages) {
    const counted = page.filter((group) => group.value > 0);
    total += counted.length;
    sum += counted.reduce((so, group) => so + group.value, 0);
    top = [...top, ...counted].sort(bySize).slice(0, count);
  }
  return { top, total, sum };
}

/** The counts of just these values of `field`; a value without events is missing. */
export async function countsOf(
  searcher: Searcher,
  query: Query,
  grouping: Grouping,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  // The server takes 65,536 values in one `terms` query, and answers with as many buckets.
  const step = (grouping.atOnce ?? mostAtOnce) - 1;
  for (let start = 0; start < keys.length; start += step) {
    const some = keys.slice(start, start + step);
    const only = { bool: { filter: [query, { terms: { [grouping.field]: some } }] } };
    for await (const page of groupsOf(searcher, only, grouping, signal)) {
      for (const { key, value } of page) counts.set(key, value);
    }
  }
  return counts;
}

interface Bucket {
  readonly key: unknown;
  readonly doc_count: number;
  readonly value?: { readonly value: number };
}

interface Buckets {
  readonly buckets: readonly (Bucket & { key: Record<string, unknown> })[];
  readonly after_key?: Record<string, string>;
}

/** The client leaves the shape of an answer to the caller, who knows what was asked for. */
function bucketsOf(answer: unknown): Buckets {
  return (answer as Buckets | undefined) ?? { buckets: [] };
}

function toGroup(bucket: Bucket, key: unknown, by: Measure): Group {
  return {
    key: String(key),
    value: by === "attempts" ? (bucket.value?.value ?? 0) : bucket.doc_count,
  };
}

function bySize(a: Group, b: Group): number {
  return b.value - a.value || (a.key < b.key ? -1 : 1);
}
