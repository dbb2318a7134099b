import { columns, heading, paragraph, table, type Block } from "../blocks.ts";
import { clock } from "../charts.ts";
import { counted, refused } from "../events.ts";
import { findingRules } from "../findings.ts";
import { levels } from "../../model/alert.ts";
import type { Report } from "../model.ts";
import type { HttpErrorClass } from "../model/figures.ts";
import { unknown, type Wording } from "../wording.ts";
import { definitions } from "./definitions.ts";

/** What an auditor asks for: the numbers of every chart, what they mean, how they were found, and a line to sign. */
export function appendix(report: Report, wording: Wording): Block[] {
  return [
    { kind: "page" },
    heading("Appendix"),
    { kind: "heading", level: 3, text: "Review", together: true },
    paragraph(
      `Generated ${report.generated_at} (UTC) for week ${report.week.id}. The numbers of this report are attached to its PDF as report.json.`,
    ),
    {
      kind: "signature",
      lines: ["I have read this report.", "Name", "Date", "Signature"],
    },
    ...chartTables(report, wording),
    heading("Definitions", 3),
    table(columns("Word*1", "Meaning*3.4"), definitions),
    heading("Numbers counted twice", 3),
    table(
      columns("Check*4", "Whole>", "Parts>"),
      report.checks.map((one) => [one.what, wording.count(one.whole), wording.count(one.parts)]),
    ),
    heading("Rules and their hashes", 3),
    table(
      columns("Rule*1.4", "Title*2.4", "Hash*1.8"),
      report.rules.rows.map((row) => [row.id, row.title, row.hash === "" ? unknown : row.hash]),
      "No rule is configured.",
    ),
    heading("Written rules of verdict and recommendations", 3),
    table(
      columns("Rule*1.3", "Weight*0.8", "Speaks when*3.4"),
      findingRules.map((rule) => [rule.id, rule.weight, rule.when]),
    ),
    { kind: "heading", level: 3, text: "Searches", together: true },
    paragraph(
      `All numbers are aggregations over logs-*-${report.namespace} (without logs-leafwatch.*) and leafwatch-alerts-${report.namespace}, ` +
        `@timestamp or leafwatch.alert.opened_at from ${report.week.from} up to, not including, ${report.week.until}, in one point in time each.`,
    ),
    { kind: "log", lines: searches() },
  ];
}

function searches(): string[] {
  const named = { ...counted, refused };
  return Object.entries(named).map(([name, query]) => `${name}: ${JSON.stringify(query)}`);
}

function chartTables(report: Report, wording: Wording): Block[] {
  const { count, weekday, shortDate } = wording;
  const kinds: HttpErrorClass[] = ["401", "403", "404", "other 4xx", "5xx"];
  const day = (date: string) => shortDate(`${date}T12:00:00Z`);
  return [
    heading("Failed logins, eight weeks", 3),
    table(
      columns("Week", "Failed logins>", "Expected from>", "Expected to>"),
      report.trend.map((point) => [
        point.week,
        count(point.value),
        count(point.expected?.low ?? null),
        count(point.expected?.high ?? null),
      ]),
    ),
    heading("When people log in", 3),
    table(
      columns("Hour", ...report.activity.counts.map((_, index) => `${weekday(index + 1)}>`)),
      Array.from({ length: 24 }, (_, hour) => [
        clock(hour),
        ...report.activity.counts.map((row) => count(row[hour] ?? null)),
      ]),
    ),
    heading("Alerts by level", 3),
    table(
      columns("Day*1.3", ...[...levels].reverse().map((level) => `${level}>`)),
      report.days.map(({ date, alerts }) => [
        day(date),
        ...[...levels].reverse().map((level) => count(alerts[level])),
      ]),
    ),
    heading("HTTP errors by status", 3),
    table(
      columns("Day*1.3", ...kinds.map((kind) => `${kind}>`)),
      report.days.map(({ date, http }) => [day(date), ...kinds.map((kind) => count(http[kind]))]),
    ),
    ...(report.check_in && report.check_in.hours.length > 1
      ? [
          heading("Check-ins by hour", 3),
          table(
            columns("Hour", "Check-ins>"),
            report.check_in.hours.map((one) => [wording.time(one.hour), count(one.check_ins)]),
          ),
        ]
      : []),
  ];
}
