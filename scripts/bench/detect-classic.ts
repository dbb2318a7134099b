import type { WorldSlot } from "./detect-world.ts";

type Detector = (slots: readonly WorldSlot[]) => ReadonlySet<number>;

const perDay = 96;
const perWeek = 7 * perDay;

/** Each says of every quarter of an hour whether its failed logins are too many, by those before it. */
export const classicDetectors: Readonly<Record<string, Detector>> = {
  /** A fixed limit. */
  static_20: over(() => 20),
  /** ElastAlert's `spike`: three times the window before, at least 8. */
  spike_3: over((failed, i) => Math.max(8, 3 * (failed[i - 1] ?? Infinity))),
  /** Mean and three standard deviations of the day before. */
  mean_3_sigma: over((failed, i) => {
    if (i < perDay) return Infinity;
    const day = failed.slice(i - perDay, i);
    const mean = day.reduce((sum, n) => sum + n, 0) / perDay;
    const variance = day.reduce((sum, n) => sum + (n - mean) ** 2, 0) / perDay;
    return Math.max(8, mean + 3 * Math.sqrt(variance));
  }),
  /** Three times the same quarter of an hour of last week. */
  last_week_3: over((failed, i) => Math.max(8, 3 * (failed[i - perWeek] ?? Infinity))),
};

/** Windows with at least so many failures as a limit made of the windows before asks for. */
function over(limit: (failed: readonly number[], at: number) => number): Detector {
  return (slots) => {
    const failed = slots.map((slot) => slot.failed);
    const found = slots.filter((slot, i) => slot.failed >= limit(failed, i));
    return new Set(found.map(({ start }) => start));
  };
}
