import { stackedBars } from "../../../src/lib/chart-bars.ts";
import { palette, type Scene } from "../../../src/lib/chart.ts";
import type { HostName } from "../world/log-line.ts";

/** The lines of one day, by host. */
export interface Day {
  /** `19 Nov`. */
  label: string;
  counts: Readonly<Record<string, number>>;
}

const series = [
  { name: "web1", colour: palette.accent },
  { name: "web2", colour: palette.levels.medium },
  { name: "app1", colour: palette.pale },
  { name: "dc1", colour: palette.levels.low },
] satisfies readonly { name: HostName; colour: string }[];

/** A bar a day, made of the lines of each host. */
export function daysChart(days: readonly Day[]): Scene {
  return stackedBars({
    width: 760,
    height: 220,
    alt: `Log lines a day: ${days.map(({ label, counts }) => `${label} ${sum(counts)}`).join(", ")}.`,
    unit: "lines a day",
    format: (value) => value.toLocaleString("en-GB"),
    columns: days.map(({ label }) => label),
    series: series.map(({ name, colour }) => ({
      name,
      colour,
      values: days.map(({ counts }) => counts[name] ?? 0),
    })),
  });
}

function sum(counts: Day["counts"]): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
