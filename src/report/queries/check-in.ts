import { DateTime } from "luxon";
import { all, within } from "../events.ts";
import { attempts, groupsOf } from "../groups.ts";
import type { CheckIn } from "../model/check-in.ts";
import { weekdayNumber, type CheckInOptions } from "../options.ts";
import type { Query, Searcher } from "../search.ts";
import { parseTimeOfDay } from "../time-of-day.ts";
import type { Interval, Week } from "../week.ts";

const failure: Query = { term: { "event.outcome": "failure" } };

/** How many check-in days a missing member is followed back. */
const lookBack = 12;
/** Failures before the first success from which on somebody struggled. */
const struggledFrom = 3;
const shownLimit = 50;

/** Which days, whom to expect, and the events that count. */
export interface CheckInRequest {
  readonly options: CheckInOptions;
  /** What `match` asks for; `tries` without what it says of success, to find who failed. */
  readonly matching: { readonly checkIn: Query; readonly tries: Query };
  readonly roster?: readonly string[];
}

/** The events that are a check-in: what `match` asks for, unless it failed. */
export function checkInQuery({ matching }: CheckInRequest): Query {
  return { bool: { filter: [matching.checkIn], must_not: failure } };
}

/** Who logged in on the week's check-in day, who is missing, and who needed several tries. */
export async function checkInOf(
  searcher: Searcher,
  week: Week,
  until: Date,
  request: CheckInRequest,
  signal: AbortSignal,
): Promise<CheckIn> {
  const { options, roster } = request;
  const day = checkInDay(week, options, 0, until);
  const query = checkInQuery(request);
  const member = { field: options.member, by: "events" } as const;
  const membersOn = async (on: Interval) => {
    const members = new Set<string>();
    for await (const page of groupsOf(searcher, all(within(on), query), member, signal)) {
      for (const { key } of page) members.add(key);
    }
    return members;
  };
  const present = day ? await membersOn(day) : new Set<string>();
  const before = checkInDay(week, options, 1, until);
  const previous = before ? await membersOn(before) : new Set<string>();
  const times = day
    ? await timesOf(searcher, all(within(day), query), week.timezone, signal)
    : none;
  const missing = day
    ? await missingOf(roster, present, (back) => checkInDay(week, options, back, until), membersOn)
    : [];
  const known = roster && new Set(roster.map(sameName));
  return {
    date: day ? DateTime.fromJSDate(day.from, { zone: week.timezone }).toISODate() : null,
    weekday: weekdayNumber(options.weekday),
    from: options.from,
    to: options.to,
    members: present.size,
    previous_members: previous.size > 0 ? previous.size : null,
    ...times,
    roster: roster?.length ?? null,
    missing: missing.slice(0, shownLimit),
    missing_total: missing.length,
    days_looked_back: lookBack,
    unknown_members: known
      ? [...present].filter((name) => !known.has(sameName(name))).length
      : null,
    struggled: day ? await struggledOf(searcher, day, request, signal) : [],
  };
}

/** The check-in hours of the day `back` weeks before; undefined while they have not begun. */
export function checkInDay(
  week: Week,
  options: CheckInOptions,
  back: number,
  until: Date,
): Interval | undefined {
  const day = DateTime.fromJSDate(week.from, { zone: week.timezone })
    .minus({ weeks: back })
    .plus({ days: weekdayNumber(options.weekday) - 1 });
  const at = (text: string) => {
    const minutes = parseTimeOfDay(text) ?? 0;
    if (minutes === 24 * 60) return day.plus({ days: 1 });
    return day.set({ hour: Math.floor(minutes / 60), minute: minutes % 60 });
  };
  const from = at(options.from).toJSDate();
  const to = at(options.to).toJSDate();
  if (from >= until) return undefined;
  return { from, to: to < until ? to : until };
}

/** Names are compared without regard to case and outer blanks: a roster is written by hand. */
export function sameName(name: string): string {
  return name.trim().toLowerCase();
}

const none = { check_ins: 0, first: null, last: null, busiest: null, hours: [] };

async function timesOf(
  searcher: Searcher,
  query: Query,
  timezone: string,
  signal: AbortSignal,
): Promise<Pick<CheckIn, "check_ins" | "first" | "last" | "busiest" | "hours">> {
  const answer = await searcher.aggregate(
    query,
    {
      first: { min: { field: "@timestamp" } },
      last: { max: { field: "@timestamp" } },
      hours: {
        date_histogram: { field: "@timestamp", calendar_interval: "hour", time_zone: timezone },
      },
    },
    signal,
  );
  type Times = Record<"first" | "last", { value: number | null }> & {
    hours: { buckets: { key: number; doc_count: number }[] };
  };
  const times = answer as Times | undefined;
  if (times?.first.value == null || times.last.value == null) return none;
  const hours = times.hours.buckets.map(({ key, doc_count }) => ({
    hour: new Date(key).toISOString(),
    check_ins: doc_count,
  }));
  const [busiest] = [...hours].sort((a, b) => b.check_ins - a.check_ins);
  return {
    check_ins: hours.reduce((sum, hour) => sum + hour.check_ins, 0),
    first: new Date(times.first.value).toISOString(),
    last: new Date(times.last.value).toISOString(),
    busiest: busiest ?? null,
    hours,
  };
}

/** Members of the roster who did not come, with the number of check-in days in a row, the longest first. */
async function missingOf(
  roster: readonly string[] | undefined,
  present: ReadonlySet<string>,
  dayBack: (back: number) => Interval | undefined,
  membersOn: (day: Interval) => Promise<ReadonlySet<string>>,
): Promise<{ member: string; days: number }[]> {
  if (!roster) return [];
  const here = new Set([...present].map(sameName));
  const missing = roster
    .filter((name) => !here.has(sameName(name)))
    .map((member) => ({ member, days: 1 }));
  let still = missing;
  for (let back = 1; back < lookBack && still.length > 0; back++) {
    const day = dayBack(back);
    const members = day ? await membersOn(day) : new Set<string>();
    // A day on which nobody came was no check-in day, or lies before our time.
    if (members.size === 0) break;
    const came = new Set([...members].map(sameName));
    still = still.filter(({ member }) => !came.has(sameName(member)));
    for (const one of still) one.days++;
  }
  return missing.sort((a, b) => b.days - a.days || (a.member < b.member ? -1 : 1));
}

/** Members with at least three failures before their first check-in of the day, the most first. */
async function struggledOf(
  searcher: Searcher,
  day: Interval,
  request: CheckInRequest,
  signal: AbortSignal,
): Promise<CheckIn["struggled"]> {
  const { member: field } = request.options;
  const failed = all(within(day), failure, request.matching.tries);
  const candidates: string[] = [];
  for await (const page of groupsOf(searcher, failed, { field, by: "attempts" }, signal)) {
    candidates.push(...page.filter(({ value }) => value >= struggledFrom).map(({ key }) => key));
  }
  const found: CheckIn["struggled"][number][] = [];
  for (let start = 0; start < candidates.length; start += 500) {
    const some = candidates.slice(start, start + 500).sort();
    const firsts = await firstTimes(searcher, day, request, some, signal);
    const filters = Object.fromEntries(
      some.map((member, index) => {
        const first = firsts.get(member);
        const before = first === undefined ? day.to : new Date(first);
        const own = { term: { [field]: member } };
        return [String(index), all(own, within({ from: day.from, to: before }))];
      }),
    );
    const counted = { filters: { filters }, aggs: { attempts } };
    const answer = await searcher.aggregate(failed, { members: counted }, signal);
    type Members = { buckets: Record<string, { attempts: { value: number } }> };
    const { buckets } = (answer?.["members"] as Members | undefined) ?? { buckets: {} };
    for (const [index, member] of some.entries()) {
      const failures = buckets[String(index)]?.attempts.value ?? 0;
      const first = firsts.get(member);
      const first_success = first === undefined ? null : new Date(first).toISOString();
      if (failures >= struggledFrom) found.push({ member, failures, first_success });
    }
  }
  return found
    .sort((a, b) => b.failures - a.failures || (a.member < b.member ? -1 : 1))
    .slice(0, shownLimit);
}

async function firstTimes(
  searcher: Searcher,
  day: Interval,
  request: CheckInRequest,
  members: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const field = request.options.member;
  const answer = await searcher.aggregate(
    all(within(day), checkInQuery(request), { terms: { [field]: [...members] } }),
    {
      members: {
        terms: { field, size: members.length, include: [...members] },
        aggs: { first: { min: { field: "@timestamp" } } },
      },
    },
    signal,
  );
  type Members = { buckets: { key: string; first: { value: number } }[] };
  const { buckets } = (answer?.["members"] as Members | undefined) ?? { buckets: [] };
  return new Map(buckets.map((bucket) => [bucket.key, bucket.first.value]));
}
