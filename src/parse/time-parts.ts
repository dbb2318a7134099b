import { clfTime, digits, isoTime, monthOf, wallTime, zoneOffset } from "./timestamp.ts";
import { utc, type Zone } from "./zone.ts";

/** A time that a line writes in pieces. */
export interface TimeParts {
  epochMs?: number;
  year?: number;
  /** 0 to 11. */
  month?: number;
  day?: number;
  hour?: number;
  minute?: number;
  second?: number;
  ms?: number;
  offsetMs?: number;
  afternoon?: boolean;
}

/** Reads one piece; false when the text is none. */
export type ReadTime = (text: string, into: TimeParts) => boolean;

/** The instant, and whether the line names its zone; undefined when too little is known. */
export function instantOf(
  parts: TimeParts,
  zone: Zone,
): { ms: number; zoned: boolean } | undefined {
  if (parts.epochMs !== undefined) return { ms: parts.epochMs + (parts.ms ?? 0), zoned: true };
  const { year, month, day, hour, minute, second = 0, ms, offsetMs } = parts;
  if (year === undefined || month === undefined || day === undefined) return undefined;
  if (hour === undefined || minute === undefined) return undefined;
  const hours = parts.afternoon === undefined ? hour : (hour % 12) + (parts.afternoon ? 12 : 0);
  const wallMs = wallTime(year, month, day, hours, minute, second, ms);
  if (wallMs === undefined) return undefined;
  if (offsetMs !== undefined) return { ms: wallMs - offsetMs, zoned: true };
  return { ms: zone.toInstant(wallMs), zoned: false };
}

/** `22/Nov/2026:10:00:00 +0100`, with or without brackets. */
export const readClf: ReadTime = (text, into) => {
  const bare = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
  const iso = clfTime(bare);
  if (iso === undefined) return false;
  into.epochMs = Date.parse(iso);
  return true;
};

/** ISO 8601 with its zone. */
export const readIso: ReadTime = (text, into) => {
  const stamp = isoTime(text, 0, utc);
  if (stamp?.end !== text.length) return false;
  into.epochMs = stamp.ms;
  return true;
};

/** A count since 1970 of units of `unitMs`, perhaps with a fraction. */
export function readEpoch(unitMs: number): ReadTime {
  return (text, into) => {
    if (!/^\d{1,17}(?:\.\d{1,9})?$/.test(text)) return false;
    const ms = Math.floor(Number(text) * unitMs);
    if (Math.abs(ms) > 8.64e15) return false;
    into.epochMs = ms;
    return true;
  };
}

/** A fraction of a second in units of which `unitsPerMs` are a millisecond. */
export function readFraction(unitsPerMs: number): ReadTime {
  return (text, into) => {
    const value = digits(text, 0, text.length);
    if (value < 0) return false;
    into.ms = Math.floor(value / unitsPerMs);
    return true;
  };
}

const composed: Readonly<Record<string, string>> = {
  T: "%H:%M:%S",
  R: "%H:%M",
  F: "%Y-%m-%d",
  D: "%m/%d/%y",
  c: "%a %b %e %H:%M:%S %Y",
  h: "%b",
};

type Step = (text: string, at: number, into: TimeParts) => number;

/** A reader for what strftime(3) writes by `pattern`. Unknown directives match a word. */
export function readStrftime(pattern: string): ReadTime {
  const steps = compile(pattern, 0);
  return (text, into) => {
    let at = 0;
    for (const step of steps) {
      at = step(text, at, into);
      if (at < 0) return false;
    }
    return at === text.length;
  };
}

function compile(pattern: string, depth: number): Step[] {
  const steps: Step[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] ?? "";
    if (char !== "%") {
      steps.push((text, at) => (text[at] === char ? at + 1 : -1));
      continue;
    }
    const key = pattern[++i] ?? "%";
    const parts = composed[key];
    if (parts !== undefined && depth === 0) steps.push(...compile(parts, 1));
    else steps.push(stepOf(key));
  }
  return steps;
}

function number(max: number, set: (value: number, into: TimeParts) => void): Step {
  return (text, at, into) => {
    let from = at;
    while (text[from] === " ") from++;
    let end = from;
    while (end < from + max && digits(text, end, end + 1) >= 0) end++;
    if (end === from) return -1;
    set(digits(text, from, end), into);
    return end;
  };
}

function word(text: string, at: number): number {
  let end = at;
  while (end < text.length && /[A-Za-z]/.test(text[end] ?? "")) end++;
  return end > at ? end : -1;
}

function stepOf(key: string): Step {
  switch (key) {
    case "Y":
      return number(4, (value, into) => (into.year = value));
    case "y":
      return number(2, (value, into) => (into.year = value + (value < 69 ? 2000 : 1900)));
    case "m":
      return number(2, (value, into) => (into.month = value - 1));
    case "d":
    case "e":
      return number(2, (value, into) => (into.day = value));
    case "H":
    case "k":
    case "I":
    case "l":
      return number(2, (value, into) => (into.hour = value));
    case "M":
      return number(2, (value, into) => (into.minute = value));
    case "S":
      return number(2, (value, into) => (into.second = value));
    case "s":
      return number(12, (value, into) => (into.epochMs = value * 1000));
    case "b":
    case "B":
      return (text, at, into) => {
        const month = monthOf(text.slice(at, at + 3));
        if (month === undefined) return -1;
        into.month = month;
        return word(text, at);
      };
    case "p":
      return (text, at, into) => {
        into.afternoon = text.slice(at, at + 2).toUpperCase() === "PM";
        return word(text, at);
      };
    case "z":
      return (text, at, into) => {
        const zone = zoneOffset(text, at);
        if (!zone) return -1;
        into.offsetMs = zone.offsetMs;
        return zone.end;
      };
    case "Z":
      return (text, at, into) => {
        const end = word(text, at);
        // Other abbreviations are ambiguous: the host's zone decides.
        if (text.slice(at, end) === "UTC" || text.slice(at, end) === "GMT") into.offsetMs = 0;
        return end;
      };
    case "%":
      return (text, at) => (text[at] === "%" ? at + 1 : -1);
    default:
      return word;
  }
}
