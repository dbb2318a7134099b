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

/**
 * The counts of several weeks, in the order given. Each is a search of its own: what is counted stands in its query,
 * so that the index alone answers, whatever the number of events. As filters side by side they would be put to every
 * event.
 */
export async function weekCounts(
  searcher: Searcher,
  weeks: readonly Interval[],
  signal: AbortSignal,
): Promise<WeekCounts[]> {
  const count = (query: Query) => countWeeks(searcher, weeks, query, signal);
  const tries = (query: Query) => attemptsOfWeeks(searcher, weeks, query, signal);
  const events = await count({ match_all: {} });
  const loginsWorked = await tries(counted.loginWorked);
  const loginsFailed = await tries(counted.loginFailed);
  const requests = await count(counted.request);
  const http401 = await count(status(401));
  const http404 = await count(status(404));
  const http5xx = await count(status(500, 600));
  const hosts: number[] = [];
  for (const week of weeks) hosts.push(await hostsOf(searcher, week, signal));
  return weeks.map((_, week) => ({
    events: events[week] ?? 0,
    loginsWorked: loginsWorked[week] ?? 0,
    loginsFailed: loginsFailed[week] ?? 0,
    requests: requests[week] ?? 0,
    http401: http401[week] ?? 0,
    http404: http404[week] ?? 0,
    http5xx: http5xx[week] ?? 0,
    hosts: hosts[week] ?? 0,
  }));
}

/** Failed logins and events of each week. */
export async function failedLogins(
  searcher: Searcher,
  weeks: readonly Interval[],
  signal: AbortSignal,
): Promise<{ failed: number; events: number }[]> {
  const failed = await attemptsOfWeeks(searcher, weeks, counted.loginFailed, signal);
  const events = await countWeeks(searcher, weeks, { match_all: {} }, signal);
  return weeks.map((_, week) => ({ failed: failed[week] ?? 0, events: events[week] ?? 0 }));
}

async function countWeeks(
  searcher: Searcher,
  weeks: readonly Interval[],
  query: Query,
  signal: AbortSignal,
): Promise<number[]> {
  const answer = await searcher.aggregate(
    all(span(weeks), query),
    { weeks: ranges(weeks) },
    signal,
  );
  const buckets = rangeBuckets<Counted>(answer?.["weeks"], weeks.length);
  return buckets.map((bucket) => bucket?.doc_count ?? 0);
}

async function attemptsOfWeeks(
  searcher: Searcher,
  weeks: readonly Interval[],
  query: Query,
  signal: AbortSignal,
): Promise<number[]> {
  const byWeek = ranges(weeks, { attempts });
  const answer = await searcher.aggregate(all(span(weeks), query), { weeks: byWeek }, signal);
  const buckets = rangeBuckets<Counted>(answer?.["weeks"], weeks.length);
  return buckets.map((bucket) => bucket?.attempts?.value ?? 0);
}

/** Exact to about 40,000 hosts. */
async function hostsOf(searcher: Searcher, week: Interval, signal: AbortSignal): Promise<number> {
  const hosts = { cardinality: { field: "host.name", precision_threshold: 40_000 } };
  const answer = await searcher.aggregate(within(week), { hosts }, signal);
  return (answer as { hosts: { value: number } } | undefined)?.hosts.value ?? 0;
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

/** The buckets by position; undefined where no index holds any event. */
export function rangeBuckets<B>(answer: unknown, count: number): (B | undefined)[] {
  const { buckets } = (answer as { buckets: Record<string, B> } | undefined) ?? { buckets: {} };
  return Array.from({ length: count }, (_, index) => buckets[String(index)]);
}

/** From the first to the last: what lies outside need not be looked at. */
export function span(intervals: readonly Interval[]): Query {
  const from = Math.min(...intervals.map((interval) => interval.from.getTime()));
  const to = Math.max(...intervals.map((interval) => interval.to.getTime()));
  return within({ from: new Date(from), to: new Date(to) });
}
