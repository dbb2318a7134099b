import { accessEvent, type AccessColumns } from "./access-event.ts";
import { closingQuote } from "./access-line.ts";
import type { ParsedFields, Parser } from "./format.ts";
import { addForwardedSource } from "./forwarded.ts";
import { instantOf, type ReadTime, type TimeParts } from "./time-parts.ts";
import { isoOf } from "./timestamp.ts";

/** What a log format's directive becomes. */
export interface Column {
  /** As the format writes it, for `--explain`. */
  directive: string;
  /** A standard column that it fills. */
  standard?: keyof AccessColumns;
  /** What else it says; called after the standard columns are in place. Never throws. */
  add?: (value: string, fields: ParsedFields) => void;
  /** True when `value` can be this column's: decides which of several separators ends the column before. */
  fits?: (value: string) => boolean;
  /** Reads a piece of the line's time. */
  time?: ReadTime;
  /** True where a list goes on at `at`: its separators hold the blank that would else end an unquoted column. */
  goesOn?: (text: string, at: number) => boolean;
}

/** A compiled log format: literal texts and columns in turn, in the order of the line. */
export interface LogFormat {
  parts: readonly (string | Column)[];
  /** Called when all columns are in `fields`, with each column's value by its directive. */
  finish?: (fields: ParsedFields, values: ReadonlyMap<string, string>) => void;
}

/** A parser of lines that a server writes by `format`. */
export function logFormatParser({ parts, finish }: LogFormat): Parser {
  const hasLists = parts.some((part) => typeof part !== "string" && part.goesOn);
  return {
    parse(text, { zone, trace }) {
      let values = match(parts, text, true);
      // A list that a client ends with a comma takes the next column: better that than to lose the line.
      if (typeof values === "string" && hasLists) values = match(parts, text, false);
      trace?.("log_format", typeof values !== "string");
      if (typeof values === "string") return { unparsed: values };
      const columns: AccessColumns = {
        time: "",
        address: "",
        user: "",
        vhost: "",
        vhostPort: "",
        request: "",
        status: "",
        bytes: "",
        referrer: "",
        agent: "",
      };
      const time: TimeParts = {};
      for (const [column, value] of values) {
        if (column.time) column.time(value, time);
        else if (column.standard && columns[column.standard] === "" && value !== "-") {
          columns[column.standard] = value;
        }
      }
      const instant = instantOf(time, zone);
      if (instant) columns.time = isoOf(instant.ms);
      const fields = accessEvent(columns);
      if (columns.time === "") delete fields["@timestamp"];
      if (instant?.zoned === false && fields.event) fields.event.timezone = zone.name;
      for (const [column, value] of values) {
        if (value !== "" && value !== "-") column.add?.(value, fields);
      }
      finish?.(fields, new Map(values.map(([{ directive }, value]) => [directive, value])));
      addForwardedSource(fields);
      const expectsTime = parts.some((part) => typeof part !== "string" && part.time);
      if (expectsTime && columns.time === "") {
        return { unparsed: "the time is not of the given log_format", fields };
      }
      return fields;
    },
  };
}

/** How far ahead the column after a separator is looked at: stamps, status codes and addresses are shorter. */
const lookAhead = 80;

/**
 * Assigns each column its text, from the left, in one pass. A column ends at the literal after it; in quotes, at a
 * quote that is not escaped; and where the column after the literal has a shape, at the first literal that such a
 * shape follows, so that a user's name with blanks or brackets stays whole. With `lists`, a list holds its blanks.
 */
function match(
  parts: readonly (string | Column)[],
  text: string,
  lists: boolean,
): [Column, string][] | string {
  const values: [Column, string][] = [];
  let at = 0;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i];
    if (part === undefined) break;
    if (typeof part === "string") {
      if (!text.startsWith(part, at)) {
        return `expected ${JSON.stringify(part)} of the log_format at character ${at + 1}`;
      }
      at += part.length;
      continue;
    }
    const end = endOf(parts, i, text, at, lists ? part.goesOn : undefined);
    if (end < 0) return `nothing ends ${part.directive} of the log_format`;
    values.push([part, text.slice(at, end)]);
    at = end;
  }
  return values;
}

function endOf(
  parts: readonly (string | Column)[],
  index: number,
  text: string,
  from: number,
  goesOn: Column["goesOn"],
): number {
  const literal = parts[index + 1];
  if (literal === undefined) return text.length;
  // Two columns without a text between them cannot be told apart: the first takes nothing.
  if (typeof literal !== "string") return from;
  const before = parts[index - 1];
  const quoted = literal.startsWith('"') && typeof before === "string" && before.endsWith('"');
  const next = parts[index + 2];
  const after = parts[index + 3];
  const fits = typeof next === "object" ? next.fits : undefined;
  let end = -1;
  let at = from;
  for (;;) {
    at = quoted ? closingQuote(text, at) : text.indexOf(literal, at);
    if (at < 0) return end;
    if (text.startsWith(literal, at) && (quoted || !goesOn?.(text, at))) {
      if (end < 0) end = at;
      if (!fits) return at;
      const start = at + literal.length;
      const window = text.slice(start, start + lookAhead);
      const stop = typeof after === "string" ? window.indexOf(after) : window.length;
      if (stop >= 0 && fits(window.slice(0, stop))) return at;
    }
    at++;
  }
}
