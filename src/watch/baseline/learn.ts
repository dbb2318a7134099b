import type { Rung } from "../../model/alert.ts";
import { surpriseLimit } from "./calibrate.ts";
import { dispersion, fitCounts, meanOf, type PastWindow } from "./fit.ts";
import type { Usual } from "../events.ts";
import type { LocalSlots } from "../usual/local-slots.ts";
import { seasonalFactors } from "./season.ts";
import { leastSurprising, surprise } from "./tail.ts";

export interface LearnOptions {
  slots: LocalSlots;
  /** The highest rung that is wanted. */
  season: "weekly" | "daily" | "none";
  /** Probability with which a window may be called unusual by mistake. */
  chance: number;
}

const dayMs = 86_400_000;
/** From how much of the past on each rung is stood on. */
const neededMs = { scale: dayMs, daily: 7 * dayMs, weekly: 28 * dayMs } as const;

/** Of counts that follow their scale, seasons explain little more; without one they explain all. */
const beliefOf = (scaled: boolean) => (scaled ? 0.25 : 1);

/**
 * What is usual, learnt from windows in a row without a gap. Undefined where they are too few to tell.
 */
export function learn(
  past: readonly PastWindow[],
  { slots, season, chance }: LearnOptions,
): ((start: number, scale: number) => Usual) | undefined {
  const length = past.length * slots.lengthMs;
  if (length < neededMs.scale) return undefined;
  const scaled = past.some(({ scale }) => scale > 0);
  const fit = fitCounts(past);
  const factors: ((start: number) => number)[] = [];
  const mean = (start: number, scale: number) =>
    factors.reduce((product, factor) => product * factor(start), meanOf(fit, scale, past.length));
  const spread = () =>
    dispersion(past.map(({ start, count, scale }) => [count, mean(start, scale)]));

  const ofWeek = (start: number) => slots.ofWeek(start);
  const ofDay = (start: number) => slots.ofWeek(start) % slots.perDay;
  const addSeason = (place: (start: number) => number, places: number) => {
    let cycle = 0;
    let before = -1;
    const windows = past.map(({ start, count, scale }) => {
      if (place(start) < before) cycle++;
      before = place(start);
      return { count, mean: mean(start, scale), place: before, cycle };
    });
    const belief = { variance: beliefOf(scaled), dispersion: spread() };
    const factor = seasonalFactors(windows, places, belief);
    factors.push((start) => factor(place(start)));
  };
  let rung: Rung = "scale";
  if (season !== "none" && length >= neededMs.daily) {
    addSeason(ofDay, slots.perDay);
    rung = "daily";
  }
  if (season === "weekly" && length >= neededMs.weekly) {
    addSeason(ofWeek, 7 * slots.perDay);
    rung = "weekly";
  }
  const finalSpread = spread();
  const surprises = past.map(({ start, count, scale }) =>
    surprise(count, mean(start, scale), finalSpread),
  );
  const least = surpriseLimit(surprises, chance);
  return (start, scale) => {
    const count = mean(start, scale);
    const limit = leastSurprising(least, count, finalSpread);
    return { expected: { count: Math.round(count * 100) / 100, rung }, limit };
  };
}
