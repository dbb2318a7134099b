import { stackedBars } from "../../../src/lib/chart-bars.ts";
import { palette, type Scene } from "../../../src/lib/chart.ts";

/** The lines of one day, by dataset. */
export interface Day {
  /** `Thu 19`. */
  label: string;
  counts: Readonly<Record<string, number>>;
}

const series = [
  { name: "apache.access", colour: palette.accent },
  { name: "system.auth", colour: palette.pale },
  { name: "apache.error", colour: palette.levels.medium },
];

/** A bar a day, made of the lines of each dataset. */
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
