import { z } from "zod";
import { duration } from "../lib/duration.ts";
import type { RawLine } from "../model/raw-line.ts";

/** Config of records that span lines: a new one begins where `starts` matches. */
export const multilineOptions = z.strictObject({
  starts: z.string().refine(isPattern, "must be a regular expression"),
  max_lines: z.number().int().min(2).default(500),
  /** A record that has not grown for so long is complete. */
  timeout: duration.default(5000),
});

export type MultilineOptions = z.output<typeof multilineOptions>;

export interface Records {
  complete: RawLine[];
  /** The lines of the last record, which may still go on. */
  open: RawLine[];
}

/**
 * Joins lines that belong to one record. A record that reaches a limit ends there; what follows it becomes a record
 * of its own, so that nothing is lost. Lines before the first start are records by themselves.
 */
export function joinRecords(
  lines: readonly RawLine[],
  starts: RegExp,
  limits: { maxLines: number; maxBytes: number },
): Records {
  const complete: RawLine[] = [];
  let open: RawLine[] = [];
  let length = 0;
  const close = () => {
    if (open.length > 0) complete.push(joined(open));
    open = [];
    length = 0;
  };
  for (const line of lines) {
    const isGap = line.flags?.includes("gap") === true;
    const full = open.length >= limits.maxLines || length + line.text.length > limits.maxBytes;
    if (isGap || full || starts.test(line.text)) close();
    if (isGap) complete.push(line);
    else open.push(line);
    length += line.text.length + 1;
  }
  return { complete, open };
}

/** The lines of one record as one. */
export function joined(lines: readonly RawLine[]): RawLine {
  const [first] = lines;
  if (!first) throw new TypeError("a record has at least one line");
  if (lines.length === 1) return first;
  const flags = new Set(lines.flatMap((line) => line.flags ?? []));
  const text = lines.map((line) => line.text).join("\n");
  return { text, offset: first.offset, flags: ["multiline", ...flags] };
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text, "u");
    return true;
  } catch {
    return false;
  }
}
