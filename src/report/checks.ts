import { AppError } from "../lib/errors.ts";
import { levels } from "../model/alert.ts";
import type { WeekFacts } from "./figures.ts";
import type { Report, SumCheck } from "./model.ts";
import type { Day } from "./model/figures.ts";

/**
 * Numbers that were counted in two ways must agree.
 *
 * @throws REPORT_SUMS_DIFFER which names every pair that does not.
 */
export function checkSums(checks: readonly SumCheck[]): void {
  const wrong = checks.filter(({ whole, parts }) => whole !== parts);
  if (wrong.length === 0) return;
  const list = wrong.map(({ what, whole, parts }) => `${what}: ${whole} and ${parts}`).join("; ");
  throw new AppError("REPORT_SUMS_DIFFER", `the report's numbers do not add up (${list})`, {
    hint: "run it again; if it stays, an index holds documents that Leafwatch did not write, or fields without their mapping (run setup)",
    retryable: true,
  });
}

/** Numbers that were counted in two ways. */
export function checksOf(
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
