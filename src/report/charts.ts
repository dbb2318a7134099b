import { barChart, stackedBars } from "../lib/chart-bars.ts";
import { heatMap } from "../lib/chart-heat.ts";
import { trendChart } from "../lib/chart-trend.ts";
import { palette, type Scene } from "../lib/chart.ts";
import { levels } from "../model/alert.ts";
import type { Report } from "./model.ts";
import type { CheckIn } from "./model/check-in.ts";
import type { HttpErrorClass } from "./model/figures.ts";
import { listed, type Wording } from "./wording.ts";

export const fullWidth = 491;
export const halfWidth = 234;

/** Failed logins of eight weeks over the band of what was to be expected. */
export function trendScene(report: Report, { count }: Wording, height = 150): Scene {
  const last = report.trend.at(-1);
  const values = report.trend.map((point) => `${point.week}: ${count(point.value)}`);
  const band = last?.expected
    ? ` Expected this week: ${count(last.expected.low)} to ${count(last.expected.high)}.`
    : " Too few weeks are known to say what is to be expected.";
  return trendChart({
    width: fullWidth,
    height,
    unit: "failed logins a week",
    alt: `Failed logins of the last ${report.trend.length} weeks. ${values.join(", ")}.${band}`,
    format: count,
    bandLabel: "expected",
    points: report.trend.map(({ week, value, expected }) => ({
      label: week.slice(5),
      value: value ?? undefined,
      ...(expected && { band: expected }),
    })),
  });
}

/** Logins by weekday and hour. */
export function activityScene(report: Report, wording: Wording): Scene {
  const { counts } = report.activity;
  const busiest = counts
    .flatMap((row, day) => row.map((value, hour) => ({ day, hour, value: value ?? 0 })))
    .sort((a, b) => b.value - a.value)[0];
  const most =
    busiest && busiest.value > 0
      ? ` Most on ${wording.weekday(busiest.day + 1, "long")} from ${clock(busiest.hour)}: ${wording.count(busiest.value)}.`
      : " There were none.";
  return heatMap({
    width: fullWidth,
    rows: counts.map((_, day) => wording.weekday(day + 1)),
    columns: Array.from({ length: 24 }, (_, hour) => (hour % 3 === 0 ? clock(hour) : "")),
    values: counts.map((row) => row.map((value) => value ?? undefined)),
    unit: "logins and check-ins an hour",
    alt: `Logins by weekday and hour.${most}`,
    format: wording.count,
  });
}

/** Alerts of each day by level. */
export function alertsScene(report: Report, wording: Wording, width: number): Scene {
  const { total, by_level } = report.incidents;
  const parts = levels
    .filter((level) => by_level[level] > 0)
    .map((level) => `${wording.count(by_level[level])} ${level}`);
  return stackedBars({
    width,
    height: 104,
    unit: "alerts a day",
    alt: `Alerts of each day by level: ${wording.count(total)} in all (${parts.join(", ")}).`,
    format: wording.count,
    columns: dayNames(report, wording),
    series: [...levels].reverse().map((level) => ({
      name: level,
      colour: palette.levels[level],
      values: report.days.map((day) => day.alerts[level]),
    })),
  });
}

const httpShades: Record<HttpErrorClass, string> = {
  "5xx": "#1b2329",
  "404": "#4f7f7a",
  "401": "#8fb8b2",
  "403": "#bfd8d4",
  "other 4xx": "#e3ecea",
};

/** HTTP errors of each day by status. */
export function httpScene(report: Report, wording: Wording, width: number): Scene {
  const kinds: HttpErrorClass[] = ["5xx", "404", "401", "403", "other 4xx"];
  const sums = kinds
    .map((kind) => ({ kind, sum: report.days.reduce((sum, day) => sum + day.http[kind], 0) }))
    .filter(({ sum }) => sum > 0)
    .map(({ kind, sum }) => `${wording.count(sum)} of ${kind}`);
  return stackedBars({
    width,
    height: 104,
    unit: "answers a day",
    alt: `HTTP errors of each day by status: ${listed(sums, 5)}.`,
    format: wording.count,
    columns: dayNames(report, wording),
    series: kinds.map((kind) => ({
      name: kind,
      colour: httpShades[kind],
      values: report.days.map((day) => day.http[kind]),
    })),
  });
}

/** Check-ins of each hour of the day. */
export function checkInScene(day: CheckIn, wording: Wording): Scene {
  const busiest = day.busiest
    ? ` Most from ${wording.time(day.busiest.hour)}: ${wording.count(day.busiest.check_ins)}.`
    : "";
  return barChart({
    width: fullWidth,
    height: 100,
    unit: "check-ins an hour",
    alt: `Check-ins of each hour: ${wording.count(day.check_ins)} in all.${busiest}`,
    format: wording.count,
    bars: day.hours.map(({ hour, check_ins }) => ({ label: wording.time(hour), value: check_ins })),
  });
}

/** `00` … `23`. */
export function clock(hour: number): string {
  return String(hour).padStart(2, "0");
}

function dayNames(report: Report, wording: Wording): string[] {
  return report.days.map((_, index) => wording.weekday(index + 1));
}
