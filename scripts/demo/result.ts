import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DateTime } from "luxon";
import type { WrittenLine } from "./log-files.ts";
import type { Outcome } from "./outcome.ts";
import type { Day } from "./page/days-chart.ts";
import { page } from "./page/page.ts";
import type { Stage } from "./stage.ts";
import { logs } from "./world/log-line.ts";

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
    logs: Object.values(logs).map((log) => ({
      ...log,
      lines: written.filter(({ dataset }) => dataset === log.dataset).length,
    })),
    story,
    timezone: world.timezone,
    at: new Date(),
  };
  await writeFile(join(folder, "index.html"), page(content));
  await writeFile(join(folder, "summary.json"), `${JSON.stringify(summary, null, 2)}\n`);
}

function daysOf(lines: readonly WrittenLine[], timezone: string): Day[] {
  const days = new Map<string, Record<string, number>>();
  for (const { time, dataset } of lines) {
    const day = DateTime.fromMillis(time, { zone: timezone }).toISODate() ?? "";
    const counts = days.get(day) ?? {};
    counts[dataset] = (counts[dataset] ?? 0) + 1;
    days.set(day, counts);
  }
  return [...days]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([day, counts]) => ({ label: DateTime.fromISO(day).toFormat("ccc d"), counts }));
}
