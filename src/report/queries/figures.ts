import type { Aggregations, Query, Searcher } from "../search.ts";
import { attempts, countsOf, groupsOf } from "../groups.ts";
import { all, counted, status, within } from "../events.ts";
import type { Interval } from "../week.ts";

/** What is counted of each week. */
export interface WeekCounts {
  readonly events: number;
  readonly loginsWorked: number;
  readonly loginsFailed: number;
  readonly requests: number;
  readonly http401: number;
  readonly http404: number;
  readonly http5xx: number;
  readonly hosts: number;
}

/** From how many failed logins in a week an address counts as attacking, if they are also more than those that worked. */
export const attackerFailures = 10;

/** The counts of several weeks at once, in the order given. */
export async function weekCounts(
  searcher: Searcher,
  weeks: readonly Interval[],
  signal: AbortSignal,
): Promise<WeekCounts[]> {
  const byWeek = ranges(weeks, {
    worked: { filter: counted.loginWorked, aggs: { attempts } },
    failed: { filter: counted.loginFailed, aggs: { attempts } },
    requests: { filter: counted.request },
    http401: { filter: status(401) },
    http404: { filter: status(404) },
    http5xx: { filter: status(500, 600) },
    // Exact to about 40,000 hosts.
    hosts: { cardinality: { field: "host.name", precision_threshold: 40_000 } },
  });
  const answer = await searcher.aggregate(span(weeks), { weeks: byWeek }, signal);
  return rangeBuckets(answer?.["weeks"], weeks.length).map((bucket) => ({
    events: bucket?.doc_count ?? 0,
    loginsWorked: bucket?.worked.attempts?.value ?? 0,
    loginsFailed: bucket?.failed.attempts?.value ?? 0,
    requests: bucket?.requests.doc_count ?? 0,
    http401: bucket?.http401.doc_count ?? 0,
    http404: bucket?.http404.doc_count ?? 0,
    http5xx: bucket?.http5xx.doc_count ?? 0,
    hosts: bucket?.hosts.value ?? 0,
  }));
}

/** Failed logins of each week. */
export async function failedLogins(
  searcher: Searcher,
  weeks: readonly Interval[],
  signal: AbortSignal,
): Promise<{ failed: number; events: number }[]> {
  const failures = all(span(weeks), counted.loginFailed);
  const failed = await searcher.aggregate(failures, { weeks: ranges(weeks, { attempts }) }, signal);
  // Without anything below it a range is counted from the index alone, whatever the number of events.
  const any = await searcher.aggregate(span(weeks), { weeks: ranges(weeks) }, signal);
  const events = rangeBuckets<Counted>(any?.["weeks"], weeks.length);
  return rangeBuckets<Counted>(failed?.["weeks"], weeks.length).map((bucket, index) => ({
    failed: bucket?.attempts?.value ?? 0,
    events: events[index]?.doc_count ?? 0,
  }));
}

/** Addresses with at least ten failed logins in the interval, and more of them than logins that worked. */
export async function attackers(
  searcher: Searcher,
  interval: Interval,
  signal: AbortSignal,
): Promise<number> {
  const by = { field: "source.ip", by: "attempts" } as const;
  const failing = new Map<string, number>();
  const failures = all(within(interval), counted.loginFailed);
  for await (const page of groupsOf(searcher, failures, by, signal)) {
    for (const { key, value } of page) if (value >= attackerFailures) failing.set(key, value);
  }
  const successes = all(within(interval), counted.loginWorked);
  const worked = await countsOf(searcher, successes, by, [...failing.keys()], signal);
  return [...failing].filter(([address, failed]) => failed > (worked.get(address) ?? 0)).length;
}

/** One named bucket for each interval: unlike a histogram's, its edges are ours. */
export function ranges(
  intervals: readonly Interval[],
  aggs: Aggregations = {},
  field = "@timestamp",
): Aggregations[string] {
  return {
    date_range: {
      field,
      keyed: true,
      ranges: intervals.map(({ from, to }, index) => ({
        key: String(index),
        from: from.toISOString(),
        to: to.toISOString(),
      })),
    },
    aggs,
  };
}

interface Counted {
  doc_count: number;
  attempts?: { value: number };
}

interface RangeBucket {
  doc_count: number;
  worked: Counted;
  failed: Counted;
  requests: Counted;
  http401: Counted;
  http404: Counted;
  http5xx: Counted;
  hosts: { value: number };
}

/** The buckets by position; undefined where no index holds any event. */
export function rangeBuckets<B = RangeBucket>(answer: unknown, count: number): (B | undefined)[] {
  const { buckets } = (answer as { buckets: Record<string, B> } | undefined) ?? { buckets: {} };
  return Array.from({ length: count }, (_, index) => buckets[String(index)]);
}

/** From the first to the last: what lies outside need not be looked at. */
export function span(intervals: readonly Interval[]): Query {
  const from = Math.min(...intervals.map((interval) => interval.from.getTime()));
  const to = Math.max(...intervals.map((interval) => interval.to.getTime()));
  return within({ from: new Date(from), to: new Date(to) });
}
