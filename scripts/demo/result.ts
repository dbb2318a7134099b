import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DateTime } from "luxon";
import type { WrittenLine } from "./log-files.ts";
import type { Outcome } from "./outcome.ts";
import type { Day } from "./page/days-chart.ts";
import { page, type ShownLog } from "./page/page.ts";
import type { Stage } from "./stage.ts";
import { logNamed, logs } from "./world/log-line.ts";

/** Writes summary.json and index.html beside what `settle` left in `folder`. */
export async function writeResult(
  folder: string,
  { world, hosts }: Stage,
  { summary, alerts, mails, report }: Outcome,
  { week, story }: { week: string; story: readonly string[] },
): Promise<void> {
  const { written } = hosts.files;
  const content = {
    summary,
    expectedAlerts: world.expected.length,
    alerts,
    mails,
    report: report && { ...report, week },
    days: daysOf(written, world.timezone),
    logs: Object.values(logs).map((log) => logOf(log, written)),
    story,
    timezone: world.timezone,
    at: new Date(),
  };
  await writeFile(join(folder, "index.html"), page(content));
  await writeFile(join(folder, "summary.json"), `${JSON.stringify(summary, null, 2)}\n`);
}

/** What the page says of one log. */
function logOf(log: (typeof logs)[keyof typeof logs], written: readonly WrittenLine[]): ShownLog {
  const own = written.filter((line) => logNamed(line) === log);
  const refused = own.filter(({ dataset }) => dataset === "leafwatch.dead_letter").length;
  return { ...log, lines: own.length, refused, torn: own.filter(({ torn }) => torn).length };
}

function daysOf(lines: readonly WrittenLine[], timezone: string): Day[] {
  const days = new Map<string, Record<string, number>>();
  for (const { time, host } of lines) {
    const day = DateTime.fromMillis(time, { zone: timezone }).toISODate() ?? "";
    const counts = days.get(day) ?? {};
    counts[host] = (counts[host] ?? 0) + 1;
    days.set(day, counts);
  }
  return [...days]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([day, counts]) => ({ label: DateTime.fromISO(day).toFormat("d LLL"), counts }));
}
