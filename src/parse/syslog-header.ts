import { unsigned } from "./address.ts";
import type { ParseContext } from "./format.ts";
import { priorityWord } from "./syslog-words.ts";
import { readStructuredData, type StructuredData } from "./structured-data.ts";
import type { Zone } from "./zone.ts";
import { clockTime, digits, isoTime, monthOf, wallTime, yearlessTime } from "./timestamp.ts";

/** A line of syslog, split into who, when and what. */
export interface SyslogLine {
  /** Epoch milliseconds. */
  ms: number;
  /** True when the stamp names its zone. */
  zoned: boolean;
  hostname?: string;
  /** The tag before `[pid]:`, as written. */
  program?: string;
  pid?: number;
  body: string;
  /** The number of `<PRI>`, or what the words for it come to. */
  priority?: number;
  /** What only RFC 5424 has. */
  version?: string;
  messageId?: string;
  processId?: string;
  structuredData?: StructuredData;
}

/**
 * Splits a line with the header of RFC 3164 (as real daemons write it: with or without `<PRI>` and host, day with one
 * or two digits, fractions), of rsyslog's and systemd's ISO 8601 files, or of RFC 5424.
 *
 * @returns the reason as a string when it has none of them.
 */
export function syslogLine(text: string, context: ParseContext): SyslogLine | string {
  let from = 0;
  let priority: number | undefined;
  if (text.charCodeAt(0) === 60) {
    const close = text.indexOf(">");
    priority = close > 0 && close <= 4 ? unsigned(text.slice(1, close)) : undefined;
    if (priority === undefined || priority > 191) return "the <PRI> is none";
    from = close + 1;
    // RFC 5424 §6.2.2: a version of one to three digits, without leading zero.
    const version = /^[1-9]\d{0,2} /.exec(text.slice(from, from + 4));
    if (version) {
      const line = rfc5424(text, from + version[0].length, context);
      if (typeof line === "string") return line;
      return { ...line, priority, version: version[0].trimEnd() };
    }
  }
  const stamp = stampOf(text, from, context);
  if (!stamp) return "no time that syslog writes at the beginning";
  const line: SyslogLine = { ms: stamp.ms, zoned: stamp.zoned, body: "" };
  if (priority !== undefined) line.priority = priority;
  splitTag(text, stamp.end, line);
  return line;
}

interface Stamp {
  ms: number;
  end: number;
  zoned: boolean;
}

let last: { words: string; zone: Zone; readAt: number; ms: number; zoned: boolean } | undefined;

/** The stamp at `from`. Neighbouring lines often have the same, so the last one is remembered with the blank after it. */
function stampOf(text: string, from: number, context: ParseContext): Stamp | undefined {
  const { zone, readAt } = context;
  if (last?.zone === zone && last.readAt === readAt && text.startsWith(last.words, from)) {
    return { ms: last.ms, end: from + last.words.length - 1, zoned: last.zoned };
  }
  const stamp = readStamp(text, from, context);
  if (stamp && text[stamp.end] === " ") {
    const { ms, end, zoned } = stamp;
    last = { words: text.slice(from, end + 1), zone, readAt, ms, zoned };
  }
  return stamp;
}

function readStamp(text: string, from: number, context: ParseContext): Stamp | undefined {
  const code = text.charCodeAt(from);
  if (code >= 48 && code <= 57) {
    const iso = isoTime(text, from, context.zone);
    return iso && (text[iso.end] === " " || iso.end === text.length) ? iso : undefined;
  }
  // Some network devices mark a clock that is not synchronised with a star or a dot.
  const start = from + (code === 42 || code === 46 ? 1 : 0);
  const month = monthOf(text.slice(start, start + 3));
  if (month === undefined || text[start + 3] !== " ") return undefined;
  let at = start + 4;
  if (text[at] === " ") at++;
  const dayTo = text[at + 1] === " " ? at + 1 : at + 2;
  const day = digits(text, at, dayTo);
  if (day < 1 || text[dayTo] !== " ") return undefined;
  at = dayTo + 1;
  let year = -1;
  if (text[at + 4] === " ") {
    year = digits(text, at, at + 4);
    if (year >= 0) at += 5;
  }
  const clock = clockTime(text, at);
  if (!clock) return undefined;
  let end = clock.end;
  if (text[end] === ":") end++;
  if (end < text.length && text[end] !== " ") return undefined;
  if (year < 0) {
    const ms = yearlessTime(month, day, clock, context.zone, context.readAt);
    return ms === undefined ? undefined : { ms, end, zoned: false };
  }
  const wallMs = wallTime(year, month, day, clock.hour, clock.minute, clock.second, clock.ms);
  return wallMs === undefined
    ? undefined
    : { ms: context.zone.toInstant(wallMs), end, zoned: false };
}

/**
 * ` host facility.level program[pid]: body`, each but the body optional. A first word that ends like a tag is one: then the host was
 * left out, as daemons that write to their own log do.
 */
function splitTag(text: string, from: number, line: SyslogLine): void {
  let start = skipBlanks(text, from);
  const blank = text.indexOf(" ", start);
  const firstEnd = blank < 0 ? text.length : blank;
  if (!isTag(text, start, firstEnd) && firstEnd > start) {
    line.hostname = text.slice(start, firstEnd);
    start = blank < 0 ? text.length : skipBlanks(text, blank);
    const word = priorityWord(text, start);
    if (word) {
      line.priority ??= word.priority;
      start = skipBlanks(text, word.end);
    }
  }
  const tag = tagAt(text, start);
  if (tag) {
    line.program = tag.program;
    if (tag.pid !== undefined) line.pid = tag.pid;
    start = tag.end;
  }
  line.body = text.slice(start);
}

function isTag(text: string, start: number, end: number): boolean {
  if (text.charCodeAt(end - 1) !== 58) return false;
  const tag = tagAt(text, start);
  return tag !== undefined && tag.colonAt === end - 1;
}

const maxTag = 128;

/** `program:`, `program[pid]:` or `program[pid]` at `start`; where the body begins. */
function tagAt(text: string, start: number) {
  const limit = Math.min(text.length, start + maxTag);
  let open = -1;
  for (let i = start; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === 91) {
      if (open < 0) open = i;
    } else if (code === 93 && open >= 0) {
      const after = text.charCodeAt(i + 1);
      const colonAt = after === 58 ? i + 1 : -1;
      if (colonAt < 0 && after !== 32 && i + 1 < text.length) return undefined;
      const pid = unsigned(text.slice(open + 1, i));
      return {
        program: programName(text.slice(start, open)),
        pid,
        colonAt,
        end: skipBlanks(text, colonAt < 0 ? i + 1 : colonAt + 1),
      };
    } else if (code === 58 && open < 0) {
      const after = text.charCodeAt(i + 1);
      // A colon inside a word (`foo::bar`) belongs to the name.
      if (i > start && (after === 32 || i + 1 === text.length)) {
        return {
          program: programName(text.slice(start, i)),
          pid: undefined,
          colonAt: i,
          end: skipBlanks(text, i + 1),
        };
      }
    } else if (code === 32 && open < 0) {
      return undefined;
    }
  }
  return undefined;
}

/** gdm names itself `gdm-password]`: a slip in its source that stands in every log. */
function programName(text: string): string {
  return text.endsWith("]") && !text.includes("[") ? text.slice(0, -1) : text;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === 32) at++;
  return at;
}

/** RFC 5424 §6, from the character after the version. */
function rfc5424(text: string, from: number, context: ParseContext): SyslogLine | string {
  const words: string[] = [];
  let at = from;
  for (let i = 0; i < 5; i++) {
    const blank = text.indexOf(" ", at);
    if (blank < 0) return "RFC 5424: fewer than five columns before the structured data";
    words.push(text.slice(at, blank));
    at = blank + 1;
  }
  const [time = "", hostname = "-", app = "-", procid = "-", msgid = "-"] = words;
  const stamp = isoTime(time, 0, context.zone);
  // NILVALUE: the sender had no clock, so the line is as old as its reading.
  if (time !== "-" && stamp?.end !== time.length) return "RFC 5424: the time is not of RFC 3339";
  const data = readStructuredData(text, at);
  const line: SyslogLine = {
    ms: stamp?.ms ?? context.readAt,
    zoned: stamp?.zoned ?? true,
    body: withoutMark(text.slice(data.end)),
  };
  if (isGiven(hostname)) line.hostname = hostname;
  if (isGiven(app)) line.program = app;
  const pid = unsigned(procid);
  if (pid !== undefined) line.pid = pid;
  if (isGiven(procid)) line.processId = procid;
  if (isGiven(msgid)) line.messageId = msgid;
  if (data.elements) line.structuredData = data.elements;
  return line;
}

/** RFC 5424 §6.4: UTF-8 text may begin with a byte order mark. */
function withoutMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/** RFC 5424 writes `-` for what is not there; an empty word is a mistake and says as little. */
function isGiven(word: string): boolean {
  return word !== "-" && word !== "";
}
