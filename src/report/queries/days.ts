import { DateTime } from "luxon";
import { all, any, counted, status, within } from "../events.ts";
import { attempts } from "../groups.ts";
import type { Activity, HttpErrorClass } from "../model/figures.ts";
import type { Coverage } from "../model/sources.ts";
import type { Query, Searcher } from "../search.ts";
import { daysOf, type Interval, type Week } from "../week.ts";
import { rangeBuckets, ranges } from "./figures.ts";

/** HTTP errors by kind of each local day; the kinds do not overlap. */
export async function httpErrorsByDay(
  searcher: Searcher,
  interval: Interval,
  timezone: string,
  signal: AbortSignal,
): Promise<Record<HttpErrorClass, number>[]> {
  const days = daysOf(interval, timezone);
  const kinds: Record<HttpErrorClass, Query> = {
    "401": status(401),
    "403": status(403),
    "404": status(404),
    "other 4xx": any(status(400), status(402), status(405, 500)),
    "5xx": status(500, 600),
  };
  const byDay = ranges(days, { kinds: { filters: { filters: kinds } } });
  const query = all(within(interval), counted.httpError);
  const answer = await searcher.aggregate(query, { days: byDay }, signal);
  type Bucket = { kinds: { buckets: Record<HttpErrorClass, { doc_count: number }> } };
  return rangeBuckets<Bucket>(answer?.["days"], days.length).map((bucket) => {
    const of = (kind: HttpErrorClass) => bucket?.kinds.buckets[kind].doc_count ?? 0;
    return {
      "401": of("401"),
      "403": of("403"),
      "404": of("404"),
      "other 4xx": of("other 4xx"),
      "5xx": of("5xx"),
    };
  });
}

/** Logins of each hour by local weekday and hour: login attempts and, where they are requests, check-ins. */
export async function activityOf(
  searcher: Searcher,
  interval: Interval,
  timezone: string,
  checkIn: Query | undefined,
  signal: AbortSignal,
): Promise<Activity> {
  const logins = [counted.loginWorked, counted.loginFailed, ...(checkIn ? [checkIn] : [])];
  const byHour = await hourly(searcher, interval, timezone, any(...logins), { attempts }, signal);
  const counts = Array.from({ length: 7 }, () =>
    Array.from<number | null>({ length: 24 }).fill(null),
  );
  let total = 0;
  for (const hour of hoursIn(interval, timezone)) {
    const at = DateTime.fromMillis(hour, { zone: timezone });
    const row = counts[at.weekday - 1];
    const value = byHour.get(hour) ?? 0;
    // The hour that a change of the clock repeats is counted with its first.
    if (row) row[at.hour] = (row[at.hour] ?? 0) + value;
    total += value;
  }
  return { counts, total };
}

/** From three hours without a single event on, a stretch may be a gap. */
const gapHours = 3;

/**
 * Stretches of at least three whole hours without any event, in which there was one in the same hour of at least
 * one of the four weeks before (or of which nothing is known, because nothing is older); and where the data begins.
 */
export async function gapsOf(
  searcher: Searcher,
  interval: Interval,
  week: Week,
  signal: AbortSignal,
): Promise<Pick<Coverage, "begins" | "gaps">> {
  const { timezone } = week;
  const start = DateTime.fromJSDate(interval.from, { zone: timezone }).minus({ weeks: 4 });
  const known = { from: start.toJSDate(), to: interval.to };
  const events = await hourly(searcher, known, timezone, { match_all: {} }, undefined, signal);
  if (events.size === 0) return { begins: null, gaps: [] };
  const slot = (ms: number) => DateTime.fromMillis(ms, { zone: timezone }).toFormat("c HH");
  const usual = new Set<string>();
  for (const hour of events.keys()) if (hour < interval.from.getTime()) usual.add(slot(hour));
  const first = Math.min(...events.keys());
  const missing = hoursIn(interval, timezone).filter(
    (hour) =>
      hour > first &&
      hour + 3_600_000 <= interval.to.getTime() &&
      !events.has(hour) &&
      (usual.size === 0 || usual.has(slot(hour))),
  );
  const gaps: { from: number; to: number }[] = [];
  for (const hour of missing) {
    const last = gaps.at(-1);
    if (last?.to === hour) last.to = hour + 3_600_000;
    else gaps.push({ from: hour, to: hour + 3_600_000 });
  }
  return {
    begins: first > interval.from.getTime() ? new Date(first).toISOString() : null,
    gaps: gaps
      .map(({ from, to }) => ({
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
        hours: (to - from) / 3_600_000,
      }))
      .filter((gap) => gap.hours >= gapHours),
  };
}

/** Events of each local hour that has any (or their `attempts`), by the hour's beginning in epoch milliseconds. */
async function hourly(
  searcher: Searcher,
  interval: Interval,
  timezone: string,
  query: Query,
  aggs: { attempts: typeof attempts } | undefined,
  signal: AbortSignal,
): Promise<Map<number, number>> {
  // `calendar_interval` keeps to the zone's own hours: those of +05:30 begin at half past in UTC.
  const hours = {
    date_histogram: {
      field: "@timestamp",
      calendar_interval: "hour" as const,
      time_zone: timezone,
      min_doc_count: 1,
    },
    // Plain hours are counted from the index alone; a sum looks at every event.
    ...(aggs && { aggs }),
  };
  const answer = await searcher.aggregate(all(within(interval), query), { hours }, signal);
  type Buckets = { buckets: { key: number; doc_count: number; attempts?: { value: number } }[] };
  const { buckets } = (answer?.["hours"] as Buckets | undefined) ?? { buckets: [] };
  return new Map(buckets.map((bucket) => [bucket.key, bucket.attempts?.value ?? bucket.doc_count]));
}

/** The beginnings of the local hours in an interval. */
function hoursIn(interval: Interval, timezone: string): number[] {
  const hours: number[] = [];
  let at = DateTime.fromJSDate(interval.from, { zone: timezone });
  while (at.toMillis() < interval.to.getTime()) {
    hours.push(at.toMillis());
    at = at.plus({ hours: 1 });
  }
  return hours;
}
