import type { Rung } from "../../model/alert.ts";
import type { Occurrence, Usual } from "../events.ts";
import type { Measurement } from "./series.ts";
import { streamDetector, type StreamDetector } from "./stream.ts";

/** One window of a measure; `at` by the wall clock. */
export interface Row {
  at: number;
  value: number;
}

/** What is known of a series: a detector that has learned it, and from which rarity on a value is unusual. */
export interface Normal {
  detector: StreamDetector;
  /** Negative powers of ten: 3 is one in a thousand. */
  decades: number;
  rung: Rung;
}

const dayMs = 86_400_000;
const weekMs = 7 * dayMs;

/**
 * Learns a series. Unusual is what comes by chance with a probability of `chance`, and is rarer than all but the rarest
 * days of the past, of which the budget of `perWeek` false alerts lets so many pass: tails that are heavier than they look
 * cost no more alerts than that. Undefined where not even a day is known.
 */
export function learnNormal(
  rows: readonly Row[],
  { chance, perWeek }: { chance: number; perWeek: number },
): Normal | undefined {
  const [first] = rows;
  const last = rows.at(-1);
  if (!first || !last || last.at - first.at < dayMs) return undefined;
  const detector = streamDetector();
  const rarest = new Map<number, number>();
  for (const { at, value } of rows) {
    const day = Math.floor(at / dayMs);
    const usual = detector.usual(at) ?? Infinity;
    // The first day is only learned.
    if (value > usual && at - first.at >= dayMs)
      rarest.set(day, Math.max(rarest.get(day) ?? 0, detector.rarity(at, value)));
    detector.learn(at, value);
  }
  const length = last.at - first.at;
  const allowed = Math.floor((perWeek * length) / weekMs);
  const [seen = 0] = [...rarest.values()].sort((a, b) => b - a).slice(allowed);
  return {
    detector,
    decades: Math.max(-Math.log10(chance), seen),
    rung: length >= 4 * weekMs ? "weekly" : length >= 2 * dayMs ? "daily" : "scale",
  };
}

/**
 * Goes on with a series from what was learnt of it: the windows from `from` on that are unusual, and the newest one in any
 * case, each with what is usual for it. Windows with fewer than `minOf` events are learned but never found.
 */
export function goOn(
  { detector, ...normal }: Normal,
  series: readonly Measurement[],
  { from, minOf, rowOf }: { from: number; minOf: number; rowOf: (one: Measurement) => Row },
): Occurrence[] {
  const now: Normal = { ...normal, detector: detector.copy() };
  const found: Occurrence[] = [];
  for (const one of series) {
    const row = rowOf(one);
    if (one.start >= from && one.events >= minOf) {
      const unusual = isUnusual(now, row);
      const usual = unusual || one === series.at(-1) ? usualAt(now, row.at) : undefined;
      // The limit is known to a hundredth: what is near it is what it was found to be.
      const limit = usual && (unusual ? Math.min(usual.limit, one.count) : usual.limit);
      if (usual && limit !== undefined && (unusual || one.count < limit)) {
        const { first: at, last, count: weight } = one;
        found.push({ at, last, weight, values: [], usual: { ...usual, limit } });
      }
    }
    now.detector.learn(row.at, row.value);
  }
  return found;
}

/** True when the value is unusually large beside what the detector has learned so far. */
function isUnusual({ detector, decades }: Normal, { at, value }: Row): boolean {
  const usual = detector.usual(at);
  return usual !== undefined && value > usual && detector.rarity(at, value) > decades;
}

/** What is usual at a time, and, to a hundredth, the least value that is not; undefined where no value would be. */
function usualAt(normal: Normal, at: number): Usual | undefined {
  const count = normal.detector.usual(at);
  if (count === undefined) return undefined;
  const unusual = (value: number) => isUnusual(normal, { at, value });
  const least = Math.max(Math.abs(count), 1e-6) / 100;
  let low = count;
  let step = least;
  while (!unusual(low + step) && step < Number.MAX_VALUE / 4) step *= 2;
  let high = low + step;
  if (!unusual(high)) return undefined;
  while (high - low > Math.max(least, Math.abs(high) / 100)) {
    const middle = low + (high - low) / 2;
    if (unusual(middle)) high = middle;
    else low = middle;
  }
  return { limit: high, expected: { count, rung: normal.rung } };
}
