import { all, within } from "../events.ts";
import { levels, type Alert, type Level } from "../../model/alert.ts";
import { alertOf, notStanding, type AlertDocument } from "../../model/alert-document.ts";
import type { ReportLinks } from "../links.ts";
import type { Incident, Incidents } from "../model/incidents.ts";
import type { Query, Searcher } from "../search.ts";
import { hoursOf, type Interval } from "../week.ts";
import { rangeBuckets, ranges } from "./figures.ts";

const field = (name: string) => `leafwatch.alert.${name}`;

/** Alerts that stand, without what is none yet. */
const counts: Query = {
  bool: { must_not: [...notStanding, { term: { [field("state")]: "pending" } }] },
};
const notClosed: Query = { bool: { must_not: { term: { [field("workflow")]: "closed" } } } };

const shownLimit = 20;
const carriedLimit = 10;

export interface AlertCounts {
  readonly byLevel: Record<Level, number>;
  readonly total: number;
  /** Means in seconds; null where there is nothing to take the mean of. */
  readonly timeToDetect: number | null;
  readonly timeToAcknowledge: number | null;
  readonly timeToClose: number | null;
}

/** Alerts that opened in each of several weeks, and how fast they were found, taken up and closed. */
export async function alertCounts(
  searcher: Searcher,
  weeks: readonly Interval[],
  signal: AbortSignal,
): Promise<AlertCounts[]> {
  const mean = (name: string) => ({ avg: { field: field(name) } });
  const opened = mean("opened_at");
  const byWeek = ranges(
    weeks,
    {
      levels: { terms: { field: field("level"), size: levels.length } },
      opened,
      first: mean("first_seen"),
      acknowledged: {
        filter: { exists: { field: field("acknowledged.at") } },
        aggs: { opened, at: mean("acknowledged.at") },
      },
      closed: {
        filter: { exists: { field: field("closed.at") } },
        aggs: { opened, at: mean("closed.at") },
      },
    },
    field("opened_at"),
  );
  const answer = await searcher.aggregate(counts, { weeks: byWeek }, signal);
  return rangeBuckets<WeekBucket>(answer?.["weeks"], weeks.length).map((bucket) => ({
    byLevel: byLevel(bucket?.levels.buckets ?? []),
    total: bucket?.doc_count ?? 0,
    timeToDetect: difference(bucket?.first, bucket?.opened),
    timeToAcknowledge: difference(bucket?.acknowledged.opened, bucket?.acknowledged.at),
    timeToClose: difference(bucket?.closed.opened, bucket?.closed.at),
  }));
}

/** Alerts by level of each of several days. */
export async function alertsByDay(
  searcher: Searcher,
  days: readonly Interval[],
  signal: AbortSignal,
): Promise<Record<Level, number>[]> {
  const byDay = ranges(
    days,
    { levels: { terms: { field: field("level"), size: levels.length } } },
    field("opened_at"),
  );
  const answer = await searcher.aggregate(counts, { days: byDay }, signal);
  return rangeBuckets<WeekBucket>(answer?.["days"], days.length).map((bucket) =>
    byLevel(bucket?.levels.buckets ?? []),
  );
}

/** How many alerts each rule raised, and how many of them were closed with the note `false`. */
export async function alertsByRule(
  searcher: Searcher,
  interval: Interval,
  signal: AbortSignal,
): Promise<Map<string, { alerts: number; false: number }>> {
  const byRule = {
    terms: { field: "rule.id", size: 10_000 },
    aggs: { false: { filter: { prefix: { [field("closed.note")]: "false" } } } },
  };
  const answer = await searcher.aggregate(
    all(counts, within(interval, field("opened_at"))),
    { rules: byRule },
    signal,
  );
  type Rules = { buckets: { key: string; doc_count: number; false: { doc_count: number } }[] };
  const { buckets } = (answer?.["rules"] as Rules | undefined) ?? { buckets: [] };
  return new Map(
    buckets.map((bucket) => [
      bucket.key,
      { alerts: bucket.doc_count, false: bucket.false.doc_count },
    ]),
  );
}

/** The alerts of the week in detail, and those that are still open from the weeks before. */
export async function incidentsOf(
  searcher: Searcher,
  interval: Interval,
  count: AlertCounts,
  { now, links }: { now: Date; links: ReportLinks | undefined },
  signal: AbortSignal,
): Promise<Incidents> {
  const worstFirst = [
    { "event.severity": "desc" as const },
    { [field("opened_at")]: "asc" as const },
    { [field("id")]: "asc" as const },
  ];
  const inWeek = all(counts, within(interval, field("opened_at")));
  const before = { range: { [field("opened_at")]: { lt: interval.from.toISOString() } } };
  const week = await searcher.documents(inWeek, worstFirst, shownLimit, signal);
  const carried = await searcher.documents(
    all(counts, notClosed, before),
    [{ [field("opened_at")]: "asc" as const }, { [field("id")]: "asc" as const }],
    carriedLimit,
    signal,
  );
  const show = (hit: { _source?: unknown }) =>
    // Only the watcher writes this index, in this shape.
    incidentOf(alertOf(hit._source as AlertDocument), now, links);
  return {
    by_level: count.byLevel,
    total: count.total,
    shown: week.hits.map(show),
    carried: carried.hits.map(show),
    carried_total: carried.total,
  };
}

function incidentOf(alert: Alert, now: Date, links: ReportLinks | undefined): Incident {
  const step = (at: string | undefined, what: string) => (at === undefined ? [] : [{ at, what }]);
  const by = (note: { by: string; note?: string }) =>
    note.note === undefined || note.note === "" ? note.by : `${note.by}: ${note.note}`;
  return {
    id: alert.id,
    rule: alert.rule.id,
    title: alert.summary,
    level: alert.rule.level,
    state: alert.state,
    workflow: alert.workflow,
    count: alert.count,
    threshold: alert.threshold,
    usual: alert.expected?.count ?? null,
    first_seen: alert.first_seen,
    last_seen: alert.last_seen,
    opened_at: alert.opened_at,
    age_hours: Math.floor(hoursOf({ from: new Date(alert.opened_at), to: now })),
    late: alert.late,
    acknowledged_by: alert.acknowledged?.by ?? null,
    link: links?.alert(alert) ?? null,
    group: Object.fromEntries(
      Object.entries(alert.group).map(([name, value]) => [name, String(value)]),
    ),
    steps: [
      ...step(alert.first_seen, "first event"),
      ...step(alert.opened_at, "alert raised"),
      ...step(alert.acknowledged?.at, `acknowledged by ${by(alert.acknowledged ?? { by: "" })}`),
      ...step(alert.last_seen, "last event so far"),
      ...step(alert.recovered_at, "quiet again"),
      ...step(alert.closed?.at, `closed by ${by(alert.closed ?? { by: "" })}`),
    ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at)),
    evidence: Object.entries(alert.evidence.top)
      .filter(([, values]) => values.length > 0)
      .map(([name, values]) => ({ field: name, values: values.slice(0, 5) })),
    lines: alert.evidence.lines
      .slice(0, 3)
      .map(({ timestamp, host, original }) => ({ at: timestamp, host, text: original })),
  };
}

interface Mean {
  value: number | null;
}

interface WeekBucket {
  doc_count: number;
  levels: { buckets: { key: string; doc_count: number }[] };
  opened: Mean;
  first: Mean;
  acknowledged: { opened: Mean; at: Mean };
  closed: { opened: Mean; at: Mean };
}

function byLevel(buckets: readonly { key: string; doc_count: number }[]): Record<Level, number> {
  const found = new Map(buckets.map((bucket) => [bucket.key, bucket.doc_count]));
  const of = (level: Level) => found.get(level) ?? 0;
  return {
    informational: of("informational"),
    low: of("low"),
    medium: of("medium"),
    high: of("high"),
    critical: of("critical"),
  };
}

/** The mean of differences is the difference of means: no script is needed. Whole seconds. */
function difference(from: Mean | undefined, to: Mean | undefined): number | null {
  if (from?.value == null || to?.value == null) return null;
  return Math.max(0, Math.round((to.value - from.value) / 1000));
}
