import { tableOf } from "../../src/commands/table.ts";
import type { AlertGroup } from "./raised.ts";

/** What a demo came to: summary.json, and the last line of stdout. */
export interface Summary {
  /** Each line is exactly one document, the expected alerts and no others came, each mailed once, the PDF opens. */
  ok: boolean;
  lines_written: number;
  /** Documents that stand for a written line, a second one for the same line included. */
  documents: number;
  duplicates: number;
  /** Written lines without a document. */
  missing: number;
  alerts: number;
  /** Mails that arrived: the alerts' and the report's. */
  mails: number;
  seconds: number;
  documents_by_dataset: Record<string, number>;
  alerts_by_rule: Record<string, number>;
  unexpected_alerts: { rule: string; group: AlertGroup }[];
  /** What is wrong, in words. Empty exactly if `ok`. */
  problems: string[];
  elasticsearch_version: string;
}

/** Every key of a summary. */
export const summaryKeys = [
  "ok",
  "lines_written",
  "documents",
  "duplicates",
  "missing",
  "alerts",
  "mails",
  "seconds",
  "documents_by_dataset",
  "alerts_by_rule",
  "unexpected_alerts",
  "problems",
  "elasticsearch_version",
] as const satisfies readonly (keyof Summary)[];

/** The summary as a table for a terminal. */
export function summaryTable(summary: Summary, expectedAlerts: number): string {
  const number = (value: number) => value.toLocaleString("en-GB");
  const rows: [string, string, string][] = [
    ["lines written", number(summary.lines_written), "to the logs of four hosts"],
    ["documents", number(summary.documents), parts(summary.documents_by_dataset)],
    ["duplicates", number(summary.duplicates), "expected: 0"],
    ["missing", number(summary.missing), "expected: 0"],
    ["alerts", number(summary.alerts), `expected: ${expectedAlerts}`],
    ...Object.entries(summary.alerts_by_rule).map(([rule, count]): [string, string, string] => [
      `  ${rule}`,
      number(count),
      "",
    ]),
    ["mails", number(summary.mails), "one for each alert, and the weekly report"],
    ["seconds", number(summary.seconds), `Elasticsearch ${summary.elasticsearch_version}`],
    ["result", "", summary.ok ? "ok" : "FAILED"],
  ];
  return tableOf(["", "count", ""], rows);
}

function parts(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count.toLocaleString("en-GB")}`)
    .join("\n");
}
