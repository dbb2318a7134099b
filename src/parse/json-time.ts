import { instantOf, readEpoch, type TimeParts } from "./time-parts.ts";
import { isoTime } from "./timestamp.ts";
import type { Zone } from "./zone.ts";

/** A time as JSON writes it. */
interface JsonTime {
  /** Epoch milliseconds. */
  ms: number;
  /** False when it names no zone and the given one was used. */
  zoned: boolean;
}

/** A clock and a zone: Date.parse reads other texts by the zone of the machine that it runs on. */
const clockAndZone = /:\d\d(?:\.\d{1,9})? ?(?:Z|GMT|UTC|[+-]\d\d:?\d\d)$/;
/** No document can hold a later time. */
const year10000 = 253_402_300_800_000;

/**
 * Reads ISO 8601 (a blank for the `T`, a comma for the point), RFC 2822, or a count of seconds or milliseconds since
 * 1970, as a number or as a text. undefined when it is none of them.
 */
export function jsonTime(given: unknown, zone: Zone): JsonTime | undefined {
  const text = typeof given === "number" ? String(given) : given;
  if (typeof text !== "string" || text.length > 64) return undefined;
  const stamp = isoTime(text, 0, zone);
  if (stamp?.end === text.length) return stamp;
  if (clockAndZone.test(text)) {
    const ms = Date.parse(text);
    return Number.isNaN(ms) ? undefined : { ms, zoned: true };
  }
  const parts: TimeParts = {};
  // Seconds until the year 5138 are shorter than milliseconds since 1973.
  const seconds = Number(text) < 1e11;
  if (!readEpoch(seconds ? 1000 : 1)(text, parts)) return undefined;
  const time = instantOf(parts, zone);
  return time && time.ms < year10000 ? time : undefined;
}
