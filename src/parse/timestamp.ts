import type { Zone } from "./zone.ts";

const dayMs = 86_400_000;
const months: Readonly<Record<string, number>> = {
  Jan: 0,
  Feb: 1,
  Mar: 2,
  Apr: 3,
  May: 4,
  Jun: 5,
  Jul: 6,
  Aug: 7,
  Sep: 8,
  Oct: 9,
  Nov: 10,
  Dec: 11,
};

/** Month 0-11 of its English short name; undefined when it is none. */
export function monthOf(name: string): number | undefined {
  return Object.hasOwn(months, name) ? months[name] : undefined;
}

/** The number that the digits of `text` in [from, to) write; -1 when one of them is no digit. */
export function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return to > from ? value : -1;
}

/**
 * That wall-clock time read as if it were UTC, epoch milliseconds; undefined when no calendar has it. A leap second
 * (60) counts as the first of the next minute.
 */
export function wallTime(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  ms = 0,
): number | undefined {
  if (!(year >= 1 && day >= 1 && hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59))
    return undefined;
  if (!(second >= 0 && second <= 60) || day > 31 || month < 0) return undefined;
  const wallMs = Date.UTC(year, month, day, hour, minute, second, ms);
  if (day > 28 && new Date(Date.UTC(year, month, day)).getUTCDate() !== day) return undefined;
  return wallMs;
}

/** Offset in milliseconds of `Z`, `+hhmm`, `+hh:mm` or `+hh` at `from`, and where it ends. */
export function zoneOffset(
  text: string,
  from: number,
): { offsetMs: number; end: number } | undefined {
  const sign = text[from];
  if (sign === "Z" || sign === "z") return { offsetMs: 0, end: from + 1 };
  if (sign !== "+" && sign !== "-") return undefined;
  const hours = digits(text, from + 1, from + 3);
  if (hours < 0 || hours > 18) return undefined;
  let end = from + 3;
  let minutes = digits(text, end, end + 2);
  if (minutes >= 0) end += 2;
  else if (text[end] === ":" && (minutes = digits(text, end + 1, end + 3)) >= 0) end += 3;
  else minutes = 0;
  if (minutes > 59) return undefined;
  const offsetMs = (hours * 60 + minutes) * 60_000;
  return { offsetMs: sign === "-" ? -offsetMs : offsetMs, end };
}

let lastClf = "";
let lastClfIso: string | undefined;

/** ISO form of `22/Nov/2026:10:00:00 +0100` (Apache %t, nginx $time_local); undefined when it is not that. */
export function clfTime(text: string): string | undefined {
  if (text === lastClf) return lastClfIso;
  lastClf = text;
  lastClfIso = readClf(text);
  return lastClfIso;
}

function readClf(text: string): string | undefined {
  const month = monthOf(text.slice(3, 6));
  if (month === undefined || text[2] !== "/" || text[6] !== "/" || text[11] !== ":")
    return undefined;
  if (text[14] !== ":" || text[17] !== ":" || text[20] !== " ") return undefined;
  const zone = zoneOffset(text, 21);
  if (zone?.end !== text.length) return undefined;
  const wallMs = wallTime(
    digits(text, 7, 11),
    month,
    digits(text, 0, 2),
    digits(text, 12, 14),
    digits(text, 15, 17),
    digits(text, 18, 20),
  );
  return wallMs === undefined ? undefined : isoOf(wallMs - zone.offsetMs);
}

/** A stamp that was read from a line. */
export interface Stamp {
  /** Epoch milliseconds. */
  ms: number;
  /** Index of the first character after it. */
  end: number;
  /** False when the stamp names no zone and the given one was used. */
  zoned: boolean;
}

/**
 * `2026-11-22T10:00:00[.,fraction][zone]` at `from`, with `T` or a blank between (RFC 3339 and its relatives).
 * Fractions finer than a millisecond are cut.
 */
export function isoTime(text: string, from: number, zone: Zone): Stamp | undefined {
  if (text[from + 4] !== "-" || text[from + 7] !== "-") return undefined;
  const between = text[from + 10];
  if (between !== "T" && between !== " " && between !== "t") return undefined;
  const clock = clockTime(text, from + 11);
  if (!clock) return undefined;
  const wallMs = wallTime(
    digits(text, from, from + 4),
    digits(text, from + 5, from + 7) - 1,
    digits(text, from + 8, from + 10),
    clock.hour,
    clock.minute,
    clock.second,
    clock.ms,
  );
  if (wallMs === undefined || digits(text, from + 5, from + 7) > 12) return undefined;
  const named = zoneOffset(text, clock.end);
  if (named) return { ms: wallMs - named.offsetMs, end: named.end, zoned: true };
  return { ms: zone.toInstant(wallMs), end: clock.end, zoned: false };
}

/** `hh:mm:ss[.,fraction]` at `from`. */
export function clockTime(text: string, from: number) {
  const hour = digits(text, from, from + 2);
  const minute = digits(text, from + 3, from + 5);
  const second = digits(text, from + 6, from + 8);
  if (hour < 0 || minute < 0 || second < 0 || text[from + 2] !== ":" || text[from + 5] !== ":") {
    return undefined;
  }
  let end = from + 8;
  let ms = 0;
  if (text[end] === "." || text[end] === ",") {
    let unit = 100;
    let at = end + 1;
    for (let digit; (digit = digits(text, at, at + 1)) >= 0; at++) {
      ms += digit * unit;
      unit /= 10;
    }
    if (at > end + 1) end = at;
  }
  return { hour, minute, second, ms: Math.floor(ms), end };
}

/**
 * The instant of `Nov 22 10:00:00` (RFC 3164 §4.1.2), whose year is the one that brings it nearest to when it was
 * read and not more than a day after that. 29 February looks back as far as a leap year.
 */
export function yearlessTime(
  month: number,
  day: number,
  clock: { hour: number; minute: number; second: number; ms: number },
  zone: Zone,
  readAt: number,
): number | undefined {
  const readYear = new Date(readAt).getUTCFullYear();
  // Leap years can be eight years apart (1896, 1904; 2096, 2104).
  for (let year = readYear + 1; year >= readYear - 8; year--) {
    const wallMs = wallTime(year, month, day, clock.hour, clock.minute, clock.second, clock.ms);
    if (wallMs === undefined) continue;
    const ms = zone.toInstant(wallMs);
    if (ms <= readAt + dayMs) return ms;
  }
  return undefined;
}

let lastMs = NaN;
let lastIso = "";
let lastDay = NaN;
let lastDate = "";
const twoDigits = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, "0"));

/** ISO 8601 UTC with milliseconds. Lines come in order, so the last stamp and the last day are remembered. */
export function isoOf(ms: number): string {
  if (ms === lastMs) return lastIso;
  const day = Math.floor(ms / dayMs);
  if (day !== lastDay) {
    lastDate = new Date(day * dayMs).toISOString().slice(0, -"00:00:00.000Z".length);
    lastDay = day;
  }
  const inDay = ms - day * dayMs;
  const seconds = Math.floor(inDay / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const millis = String(inDay - seconds * 1000).padStart(3, "0");
  lastIso = `${lastDate}${two(hours)}:${two(minutes - hours * 60)}:${two(seconds - minutes * 60)}.${millis}Z`;
  lastMs = ms;
  return lastIso;
}

function two(number: number): string {
  return twoDigits[number] ?? "";
}
