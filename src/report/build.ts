import type { Client } from "@elastic/elasticsearch";
import { DateTime } from "luxon";
import { AppError } from "../lib/errors.ts";
import { assess } from "./assess.ts";
import { checksOf, checkSums } from "./checks.ts";
import { eventIndices } from "./events.ts";
import { changesOf, rulesOf, type ReportFacts } from "./facts.ts";
import { figuresOf, trendOf, type WeekFacts } from "./figures.ts";
import { linksOf, type ReportLinks } from "./links.ts";
import type { Report, ReportWeek } from "./model.ts";
import type { Day } from "./model/figures.ts";
import { sectionNames, type Audience } from "./options.ts";
import { pseudonymise } from "./pseudonyms.ts";
import { checkInOf, checkInQuery, type CheckInRequest } from "./queries/check-in.ts";
import { activityOf, gapsOf, httpErrorsByDay } from "./queries/days.ts";
import { attackers, failedLogins, weekCounts } from "./queries/figures.ts";
import { alertCounts, alertsByDay, alertsByRule, incidentsOf } from "./queries/incidents.ts";
import { deadLettersIn, sourcesOf, type ExpectedSource } from "./queries/sources.ts";
import { topsOf } from "./queries/tops.ts";
import { openSearcher, type Searcher } from "./search.ts";
import { daysOf, hoursOf, samePart, weekBefore, type Interval, type Week } from "./week.ts";
import { createWording } from "./wording.ts";

/** What a report is made of and for whom. */
export interface ReportRequest {
  readonly client: Client;
  readonly namespace: string;
  readonly week: Week;
  /** While the week is running, the figures end here. */
  readonly now: Date;
  readonly audience?: Partial<Pick<Audience, "sections" | "pseudonyms" | "language">>;
  /** Sources of the config; where there are none, those seen are all that is expected. */
  readonly expected?: readonly ExpectedSource[];
  readonly checkIn?: CheckInRequest;
  /** Where readers can look closer. */
  readonly links?: ReportLinks;
  /** What only the watcher and the notifier know. */
  readonly facts?: ReportFacts;
}

const weeksBack = 8;

/**
 * Counts one week. Only aggregations are asked for, and of documents only the alerts that are shown.
 *
 * @throws REPORT_WEEK_AHEAD, REPORT_SUMS_DIFFER, REPORT_SEARCH_INCOMPLETE, and what `wrap` throws.
 */
export async function buildReport(request: ReportRequest, signal: AbortSignal): Promise<Report> {
  const { client, namespace, week, now } = request;
  if (week.from >= now) throw weekAhead(week);
  const open = (...index: string[]) => openSearcher(client, index, signal);
  await using events = await open(...eventIndices(namespace));
  await using alerts = await open(`leafwatch-alerts-${namespace}`);
  await using deadLetters = await open(`logs-leafwatch.dead_letter-${namespace}`);
  const counted = await count({ events, alerts, deadLetters }, request, signal);
  checkSums(counted.checks);
  const { language } = counted;
  const report = { ...counted, ...assess(counted, createWording(language, week.timezone)) };
  return pseudonymise(report, {
    everywhere: report.pseudonyms,
    members: request.checkIn?.options.pseudonyms ?? false,
  });
}

interface Searchers {
  readonly events: Searcher;
  readonly alerts: Searcher;
  readonly deadLetters: Searcher;
}

type Counted = Omit<Report, "verdict" | "sentences" | "actions" | "recommendations">;

async function count(
  { events, alerts, deadLetters }: Searchers,
  request: ReportRequest,
  signal: AbortSignal,
): Promise<Counted> {
  const { namespace, week, now, audience = {}, expected = [], checkIn, facts = {} } = request;
  const { links } = request;
  const { timezone } = week;
  const interval: Interval = { from: week.from, to: now < week.to ? now : week.to };
  const previous = samePart(week, interval.to, 1);
  const parts = (count: number) =>
    Array.from({ length: count + 1 }, (_, back) =>
      back === 0 ? interval : samePart(week, interval.to, back),
    );
  const trendCounts = await failedLogins(events, parts(2 * weeksBack), signal);
  const known = (trendCounts[1]?.events ?? 0) > 0;
  const checkInFilter = checkIn && checkInQuery(checkIn);
  // Three at a time: what is asked is mostly waiting, and more would take the cluster from others.
  const [ofWeeks, ofSources, ofLogins] = await Promise.all([
    inTurn({
      weeks: () => weekFacts(events, alerts, parts(weeksBack), signal),
      days: () => daysWith(events, alerts, interval, timezone, signal),
      byRule: () => alertsByRule(alerts, interval, signal),
    }),
    inTurn({
      dead: () => deadLettersIn(deadLetters, interval, signal),
      sources: () => sourcesOf(events, interval, expected, signal),
      gaps: () => gapsOf(events, interval, week, signal),
    }),
    inTurn({
      top: () => topsOf(events, interval, known ? previous : undefined, links, signal),
      activity: () => activityOf(events, interval, timezone, checkInFilter, signal),
      checkIn: async () =>
        checkIn ? await checkInOf(events, week, interval.to, checkIn, signal) : null,
    }),
  ]);
  const { weeks, days, byRule } = ofWeeks;
  const [current] = weeks;
  const sources = { ...ofSources.sources, dead_letters: ofSources.dead };
  const seen = sources.rows.filter((row) => row.expected && row.events > 0).length;
  const wanted = sources.rows.filter((row) => row.expected).length;
  const shown = { now, links };
  const report = {
    version: 1 as const,
    generated_at: now.toISOString(),
    namespace,
    language: audience.language ?? "en-GB",
    sections: audience.sections ?? [...sectionNames],
    pseudonyms: audience.pseudonyms ?? false,
    week: describeWeek(week, interval, previous),
    coverage: {
      sources_expected: wanted,
      sources_seen: seen,
      sources_percent: wanted === 0 ? null : Math.round((1000 * seen) / wanted) / 10,
      rules_percent: facts.coveragePercent ?? null,
      ...ofSources.gaps,
    },
    links: linksOf(links, interval),
    figures: figuresOf(weeks),
    trend: trendOf(
      trendCounts.map((one, back) => ({ ...one, week: weekBefore(week, back).id })),
      weeksBack,
    ),
    activity: ofLogins.activity,
    days,
    top: ofLogins.top,
    incidents: await incidentsOf(alerts, interval, current.alerts, shown, signal),
    check_in: ofLogins.checkIn,
    sources,
    rules: rulesOf(facts, byRule),
    changes: changesOf(facts, week, now),
  };
  const ruleAlerts = [...byRule.values()].reduce((sum, rule) => sum + rule.alerts, 0);
  return { ...report, checks: checksOf(report, current, trendCounts[0]?.failed ?? 0, ruleAlerts) };
}

/** Runs them one after the other. */
async function inTurn<T extends Record<string, unknown>>(work: {
  readonly [K in keyof T]: () => Promise<T[K]>;
}): Promise<T> {
  const done: [string, unknown][] = [];
  for (const [name, run] of Object.entries(work) as [string, () => Promise<unknown>][]) {
    done.push([name, await run()]);
  }
  // Each name has the outcome of its own function.
  return Object.fromEntries(done) as T;
}

/** The week itself and those before it, newest first; never empty. */
async function weekFacts(
  events: Searcher,
  alerts: Searcher,
  weeks: readonly Interval[],
  signal: AbortSignal,
): Promise<[WeekFacts, ...WeekFacts[]]> {
  const counts = await weekCounts(events, weeks, signal);
  const alertFacts = await alertCounts(alerts, weeks, signal);
  const found: WeekFacts[] = [];
  for (const [index, interval] of weeks.entries()) {
    const [count, alert] = [counts[index], alertFacts[index]];
    if (!count || !alert) continue;
    const attacking = count.loginsFailed > 0 ? await attackers(events, interval, signal) : 0;
    found.push({ hours: hoursOf(interval), counts: count, alerts: alert, attackers: attacking });
  }
  const [first, ...rest] = found;
  if (!first) throw new RangeError("no week to count");
  return [first, ...rest];
}

async function daysWith(
  events: Searcher,
  alerts: Searcher,
  interval: Interval,
  timezone: string,
  signal: AbortSignal,
): Promise<Day[]> {
  const days = daysOf(interval, timezone);
  const http = await httpErrorsByDay(events, interval, timezone, signal);
  const raised = await alertsByDay(alerts, days, signal);
  return days.flatMap((day, index) => {
    const [errors, levels] = [http[index], raised[index]];
    if (!errors || !levels) return [];
    return [{ date: localDate(day.from, timezone), http: errors, alerts: levels }];
  });
}

function describeWeek(week: Week, interval: Interval, previous: Interval): ReportWeek {
  return {
    id: week.id,
    timezone: week.timezone,
    from: week.from.toISOString(),
    to: week.to.toISOString(),
    until: interval.to.toISOString(),
    so_far: interval.to < week.to,
    hours: Math.round(hoursOf(interval) * 100) / 100,
    previous: {
      from: previous.from.toISOString(),
      to: previous.to.toISOString(),
      hours: Math.round(hoursOf(previous) * 100) / 100,
    },
  };
}

/** `2026-11-16` in the zone. */
function localDate(at: Date, timezone: string): string {
  return DateTime.fromJSDate(at, { zone: timezone }).toFormat("yyyy-MM-dd");
}

function weekAhead(week: Week): AppError {
  return new AppError("REPORT_WEEK_AHEAD", `the week ${week.id} has not begun yet`, {
    hint: "name this week or an earlier one",
  });
}
