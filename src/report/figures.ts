import { levels } from "../model/alert.ts";
import type { Report } from "./model.ts";
import type { Figure, FigureId, TrendPoint } from "./model/figures.ts";
import type { AlertCounts } from "./queries/incidents.ts";
import type { WeekCounts } from "./queries/figures.ts";

/** All that key figures are made of, of one week or part of a week. */
export interface WeekFacts {
  readonly hours: number;
  readonly counts: WeekCounts;
  readonly alerts: AlertCounts;
  readonly attackers: number;
}

interface Definition {
  readonly id: FigureId;
  readonly label: string;
  readonly unit: Figure["unit"];
  /** Grows with the length of the week; set against a week of other length it is compared per hour. */
  readonly perHour?: boolean;
  readonly of: (facts: WeekFacts) => number | null;
}

/** The key figures in the order in which they are shown. */
const definitions: readonly Definition[] = [
  amount("events", "Log events", ({ counts }) => counts.events),
  amount("logins_worked", "Logins that worked", ({ counts }) => counts.loginsWorked),
  amount("logins_failed", "Logins that failed", ({ counts }) => counts.loginsFailed),
  share("failure_share", "Share of logins that failed", ({ counts }) => [
    counts.loginsFailed,
    counts.loginsFailed + counts.loginsWorked,
  ]),
  { id: "attackers", label: "Attacking addresses", unit: "count", of: (facts) => facts.attackers },
  amount("alerts_all", "Alerts", ({ alerts }) => alerts.total),
  ...[...levels]
    .reverse()
    .map((level) =>
      amount(`alerts_${level}`, `Alerts, ${level}`, ({ alerts }) => alerts.byLevel[level]),
    ),
  time("time_to_detect", "Mean time to detect (MTTD)", ({ alerts }) => alerts.timeToDetect),
  time(
    "time_to_acknowledge",
    "Mean time to acknowledge (MTTA)",
    ({ alerts }) => alerts.timeToAcknowledge,
  ),
  time("time_to_close", "Mean time to close (MTTR)", ({ alerts }) => alerts.timeToClose),
  amount("requests", "Web requests", ({ counts }) => counts.requests),
  amount("http_401", "Answers 401 (not logged in)", ({ counts }) => counts.http401),
  share("http_401_share", "401, share of requests", (f) => [f.counts.http401, f.counts.requests]),
  amount("http_404", "Answers 404 (not found)", ({ counts }) => counts.http404),
  share("http_404_share", "404, share of requests", (f) => [f.counts.http404, f.counts.requests]),
  amount("http_5xx", "Answers 5xx (server error)", ({ counts }) => counts.http5xx),
  share("http_5xx_share", "5xx, share of requests", (f) => [f.counts.http5xx, f.counts.requests]),
  { id: "hosts", label: "Hosts seen", unit: "count", of: ({ counts }) => counts.hosts },
];

/** Each figure of the first of `weeks` against the others (newest first); weeks without any event are left out. */
export function figuresOf(weeks: readonly [WeekFacts, ...WeekFacts[]]): Figure[] {
  const [current, ...before] = weeks;
  const hasEvents = (facts: WeekFacts | undefined) => (facts?.counts.events ?? 0) > 0;
  return definitions.map(({ id, label, unit, perHour = false, of }) => {
    // Held against a week of other length (a change of the clock), what grows with time is scaled to equal hours.
    const scaled = (facts: WeekFacts) => {
      const value = of(facts);
      return value === null || !perHour ? value : (value * current.hours) / facts.hours;
    };
    const [last] = before;
    const value = of(current);
    const previous = last && hasEvents(last) ? last : undefined;
    const history = before.filter(hasEvents).map(scaled);
    const median = medianOf(history.filter((one) => one !== null));
    return {
      id,
      label,
      unit,
      value,
      previous: previous ? of(previous) : null,
      median: median === null ? null : unit === "percent" ? round(median) : tenth(median),
      change: changeOf(value, previous ? scaled(previous) : null, unit),
      change_from_median: changeOf(value, median, unit),
    };
  });
}

/** The figure of that name. */
export function figureOf(report: Pick<Report, "figures">, id: FigureId): Figure | undefined {
  return report.figures.find((figure) => figure.id === id);
}

/** From how many weeks on there is something to expect. */
const bandWeeks = 3;

/**
 * The newest `shown` weeks, oldest first. Expected is the median of the eight weeks before, give or take three
 * robust standard deviations, and never less than chance alone would spread a count.
 *
 * @param weeks newest first, twice as many as are shown
 */
export function trendOf(
  weeks: readonly { week: string; failed: number; events: number }[],
  shown: number,
): TrendPoint[] {
  return weeks
    .slice(0, shown)
    .map(({ week, failed, events }, index) => {
      const before = weeks
        .slice(index + 1, index + 1 + shown)
        .filter((one) => one.events > 0)
        .map((one) => one.failed);
      return { week, value: events > 0 ? failed : null, expected: bandOf(before) };
    })
    .reverse();
}

/** What is to be expected after `values`; null where there are too few of them. */
export function bandOf(values: readonly number[]): TrendPoint["expected"] {
  const median = medianOf(values);
  if (median === null || values.length < bandWeeks) return null;
  const deviation = medianOf(values.map((value) => Math.abs(value - median))) ?? 0;
  const spread = 3 * Math.max(1.4826 * deviation, Math.sqrt(median), 1);
  return { low: Math.max(0, Math.round(median - spread)), high: Math.round(median + spread) };
}

export function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)];
  if (upper === undefined) return null;
  const lower = sorted[Math.ceil(middle) - 1] ?? upper;
  return (lower + upper) / 2;
}

function changeOf(value: number | null, base: number | null, unit: Figure["unit"]): number | null {
  if (value === null || base === null) return null;
  if (unit === "percent") return round(value - base);
  if (base === 0) return value === 0 ? 0 : null;
  return round((100 * (value - base)) / base);
}

function amount(id: FigureId, label: string, of: Definition["of"]): Definition {
  return { id, label, unit: "count", perHour: true, of };
}

function time(id: FigureId, label: string, of: Definition["of"]): Definition {
  return { id, label, unit: "seconds", of };
}

function share(
  id: FigureId,
  label: string,
  of: (facts: WeekFacts) => [part: number, whole: number],
): Definition {
  const percent = (facts: WeekFacts) => {
    const [part, whole] = of(facts);
    return whole === 0 ? null : round((100 * part) / whole);
  };
  return { id, label, unit: "percent", of: percent };
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
