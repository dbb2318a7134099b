import type { Client } from "@elastic/elasticsearch";
import { DateTime } from "luxon";
import { AppError } from "../lib/errors.ts";
import { levels } from "../model/alert.ts";
import { assess } from "./assess.ts";
import { checkSums } from "./checks.ts";
import { eventIndices } from "./events.ts";
import { changesOf, rulesOf, type ReportFacts } from "./facts.ts";
import { figuresOf, trendOf, type WeekFacts } from "./figures.ts";
import type { Report, ReportWeek } from "./model.ts";
import type { Day } from "./model/figures.ts";
import { sectionNames, type Audience, type CheckInOptions } from "./options.ts";
import { pseudonymise } from "./pseudonyms.ts";
import { checkInOf, checkInQuery } from "./queries/check-in.ts";
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
  readonly checkIn?: { readonly options: CheckInOptions; readonly roster?: readonly string[] };
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
  const { timezone } = week;
  const interval: Interval = { from: week.from, to: now < week.to ? now : week.to };
  const parts = (count: number) =>
    Array.from({ length: count + 1 }, (_, back) =>
      back === 0 ? interval : samePart(week, interval.to, back),
    );
  const facts9 = await weekFacts(events, alerts, parts(weeksBack), signal);
  const trendCounts = await failedLogins(events, parts(2 * weeksBack), signal);
  const trend = trendOf(
    trendCounts.map((one, back) => ({ ...one, week: weekBefore(week, back).id })),
    weeksBack,
  );
  const [current, previous] = facts9;
  const known = previous !== undefined && previous.counts.events > 0;
  const previousInterval = samePart(week, interval.to, 1);
  const checkInFilter = checkIn && checkInQuery(checkIn.options);
  const dead = await deadLettersIn(deadLetters, interval, signal);
  const sources = await sourcesOf(events, interval, expected, dead, signal);
  const byRule = await alertsByRule(alerts, interval, signal);
  const days = await daysWith(events, alerts, interval, timezone, signal);
  const incidents = await incidentsOf(alerts, interval, current.alerts, now, signal);
  const figures = figuresOf(facts9);
  const rules = rulesOf(facts, byRule);
  const seen = sources.rows.filter((row) => row.expected && row.events > 0).length;
  const wanted = sources.rows.filter((row) => row.expected).length;
  const report = {
    version: 1 as const,
    generated_at: now.toISOString(),
    namespace,
    language: audience.language ?? "en-GB",
    sections: audience.sections ?? [...sectionNames],
    pseudonyms: audience.pseudonyms ?? false,
    week: describeWeek(week, interval, previousInterval),
    coverage: {
      sources_expected: wanted,
      sources_seen: seen,
      sources_percent: wanted === 0 ? null : Math.round((1000 * seen) / wanted) / 10,
      rules_percent: facts.coveragePercent ?? null,
      ...(await gapsOf(events, interval, week, signal)),
    },
    figures,
    trend,
    activity: await activityOf(events, interval, timezone, checkInFilter, signal),
    days,
    top: await topsOf(events, interval, known ? previousInterval : undefined, signal),
    incidents,
    check_in: checkIn
      ? await checkInOf(events, week, interval.to, checkIn.options, checkIn.roster, signal)
      : null,
    sources,
    rules,
    changes: changesOf(facts, week),
  };
  const ruleAlerts = [...byRule.values()].reduce((sum, rule) => sum + rule.alerts, 0);
  return { ...report, checks: checks(report, current, trendCounts[0]?.failed ?? 0, ruleAlerts) };
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

/** Numbers that were counted in two ways. */
function checks(
  report: Pick<Report, "days" | "sources" | "top">,
  { counts, alerts }: WeekFacts,
  trendFailed: number,
  ruleAlerts: number,
): Report["checks"] {
  const { days, sources, top } = report;
  const sum = (values: readonly number[]) => values.reduce((so, value) => so + value, 0);
  const hosts = sum(top.hosts.rows.map((row) => row.value)) + top.hosts.others_value;
  const without = sum(sources.rows.filter((row) => row.host === "–").map((row) => row.events));
  const http = (kind: keyof Day["http"]) => sum(days.map((day) => day.http[kind]));
  const raised = sum(days.flatMap((day) => levels.map((level) => day.alerts[level])));
  return [
    {
      what: "events = events of all sources",
      whole: counts.events,
      parts: sum(sources.rows.map((row) => row.events)),
    },
    { what: "events = events of all hosts", whole: counts.events, parts: hosts + without },
    {
      what: "failed logins = last point of the trend",
      whole: counts.loginsFailed,
      parts: trendFailed,
    },
    { what: "401 answers = those of all days", whole: counts.http401, parts: http("401") },
    { what: "404 answers = those of all days", whole: counts.http404, parts: http("404") },
    { what: "5xx answers = those of all days", whole: counts.http5xx, parts: http("5xx") },
    { what: "alerts = alerts of all days", whole: alerts.total, parts: raised },
    { what: "alerts = alerts of all rules", whole: alerts.total, parts: ruleAlerts },
    {
      what: "alerts = alerts of all levels",
      whole: alerts.total,
      parts: sum(levels.map((level) => alerts.byLevel[level])),
    },
  ];
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
