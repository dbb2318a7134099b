import { IANAZone } from "luxon";
import { remembered } from "../../lib/lru.ts";
import type { ConditionParts } from "../rule.ts";

const dayMs = 86_400_000;
const weekMs = 7 * dayMs;
/** 1970-01-01 was a Thursday: three days after a Monday. */
const thursdayMs = 3 * dayMs;

/** Zones are whole quarters of an hour apart from UTC, and so are their changes. */
export const quarterMs = 900_000;

/**
 * Windows of one length by the wall clock of a zone, so that "Thursday 18:00" stays what it is when the clock changes.
 * Where it changes by less than a window, one window holds only a part of its time. Times are epoch milliseconds.
 */
export interface LocalSlots {
  readonly lengthMs: number;
  readonly perDay: number;
  /** Start of the window that holds `at`. */
  readonly startOf: (at: number) => number;
  /** Which window of the local week, from Monday 00:00, `start` begins: `0 <= n < 7 * perDay`. */
  ofWeek(start: number): number;
  /** What the wall clock shows at `at`, as if it were UTC. */
  wallClock(at: number): number;
  /** Number of the local day that holds `at`, and when (to the hour) it begins. */
  dayOf(at: number): { day: number; begins: number };
}

/** The windows of `lengthMs`, a whole part of a day, in an IANA zone. */
export function localSlots(zone: string, lengthMs: number): LocalSlots {
  const offset = offsets(zone);
  const local = (at: number) => at + offset(at);
  return {
    lengthMs,
    perDay: dayMs / lengthMs,
    startOf: (at) => at - modulo(local(at), lengthMs),
    ofWeek: (start) => Math.floor(modulo(local(start) + thursdayMs, weekMs) / lengthMs),
    wallClock: local,
    dayOf(at) {
      const day = Math.floor(local(at) / dayMs);
      return { day, begins: day * dayMs - offset(day * dayMs) };
    },
  };
}

/** The windows of a rule that learns: they divide a day of its zone. */
export function daySlots({
  withinMs,
  timezone,
  check,
}: Pick<ConditionParts, "withinMs" | "timezone" | "check">): LocalSlots {
  const divides = withinMs > 0 && dayMs % withinMs === 0;
  if (!divides)
    check.problem(
      ["within"],
      "what is usual is learnt of windows that divide a day: 5m, 15m, 1h, 6h …",
    );
  return localSlots(timezone, divides ? withinMs : dayMs);
}

/** Milliseconds by which the zone is ahead of UTC at a time; asked of the zone's data once for each quarter of an hour. */
function offsets(zone: string): (at: number) => number {
  const iana = IANAZone.create(zone);
  const ofQuarter = remembered(
    10_000,
    (quarter) => iana.offset(Number(quarter) * quarterMs) * 60_000,
  );
  return (at) => ofQuarter(String(Math.floor(at / quarterMs)));
}

/** The remainder that is never negative. */
const modulo = (value: number, by: number) => ((value % by) + by) % by;
