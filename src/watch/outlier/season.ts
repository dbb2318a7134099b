import { median } from "./median.ts";
import { horizonRows } from "./surprisal.ts";

const slotMs = 3_600_000;
const slotsOfDay = 24;

/** Days looked back for the hour of day: each weekday once. */
const days = 7;

/** Weeks looked back for the hour of the week: 6 to 8 in Farrington-type surveillance (Noufaily et al. 2012). */
const weeks = 6;

/** Fewest hours that make a median: those of one day, or of one week before. */
const fewestSlots = 3;

/** Share of the daily error below which the weekly one is less by more than rounding. */
const clearly = 0.99;

/** Slots kept: all that are looked back on, and the day around them. */
const keptSlots = slotsOfDay * (7 * weeks + 1);

/** What a series usually is at a time. */
export interface Season {
  /** Undefined while there is no usual value, and at no time. */
  usual(at: number): number | undefined;
  learn(at: number, value: number): void;
  copy(): Season;
}

/** All that it remembers. */
interface Memory {
  slots: { slot: number; count: number; mean: number }[];
  dailyError: number;
  weeklyError: number;
}

/**
 * The median of the hourly means at the same hour ±1 of the last days, or of the last weeks' same weekday where that has
 * been closer of late: a robust form of the seasonal naive forecast (Hyndman & Athanasopoulos 2021, "Forecasting:
 * principles and practice", §5.2). A time that is behind by more than is kept, or no time at all, is not learned.
 */
export function season(memory: Memory = { slots: [], dailyError: 0, weeklyError: 0 }): Season {
  const { slots } = memory;

  /** Medians at steps of so many days. */
  const medianOf = (slot: number, step: number, times: number) => {
    const means: number[] = [];
    for (let time = 1; time <= times; time++) {
      for (let beside = -1; beside <= 1; beside++) {
        const wanted = slot - time * step * slotsOfDay + beside;
        const kept = slots[index(wanted)];
        if (kept?.slot === wanted) means.push(kept.mean);
      }
    }
    return means.length >= fewestSlots ? median(means) : undefined;
  };

  const expected = (slot: number) => ({
    daily: medianOf(slot, 1, days),
    weekly: medianOf(slot, 7, weeks),
  });

  const compare = (value: number, { daily, weekly }: ReturnType<typeof expected>) => {
    if (daily === undefined || weekly === undefined) return;
    memory.dailyError += (Math.abs(value - daily) - memory.dailyError) / horizonRows;
    memory.weeklyError += (Math.abs(value - weekly) - memory.weeklyError) / horizonRows;
  };

  return {
    usual(at) {
      const { daily, weekly } = expected(Math.floor(at / slotMs));
      if (daily === undefined || weekly === undefined) return daily ?? weekly;
      return memory.weeklyError < clearly * memory.dailyError ? weekly : daily;
    },
    learn(at, value) {
      if (!Number.isFinite(at)) return;
      const slot = Math.floor(at / slotMs);
      compare(value, expected(slot));
      const kept = slots[index(slot)];
      if (kept?.slot === slot) kept.mean += (value - kept.mean) / ++kept.count;
      else if (!kept || kept.slot < slot) slots[index(slot)] = { slot, count: 1, mean: value };
    },
    copy: () => season(structuredClone(memory)),
  };
}

/** Where a slot is kept, also one before 1970. */
const index = (slot: number): number => ((slot % keptSlots) + keptSlots) % keptSlots;
