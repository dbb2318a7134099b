import type { Readable } from "node:stream";
import type { RawLine } from "../model/raw-line.ts";

/**
 * The lines of a byte stream (ended by LF or CRLF; the last one perhaps by nothing), in batches, with their offsets.
 * Only these end a line: a lone CR or a Unicode separator is part of it. Bytes that are no UTF-8 become U+FFFD and
 * the line is marked.
 */
export async function* utf8Lines(input: Readable): AsyncGenerator<RawLine[]> {
  let pending: Buffer[] = [];
  let offset = 0;
  for await (const chunk of input as AsyncIterable<Buffer | string>) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    const last = bytes.lastIndexOf(10);
    if (last < 0) {
      pending.push(bytes);
      continue;
    }
    const whole = Buffer.concat([...pending, bytes.subarray(0, last + 1)]);
    pending = [bytes.subarray(last + 1)];
    const lines: RawLine[] = [];
    for (let start = 0; start < whole.length;) {
      const end = whole.indexOf(10, start);
      lines.push(lineOf(whole.subarray(start, end), offset + start));
      start = end + 1;
    }
    offset += whole.length;
    yield lines;
  }
  const rest = Buffer.concat(pending);
  if (rest.length > 0) yield [lineOf(rest, offset)];
}

function lineOf(bytes: Buffer, offset: number): RawLine {
  const end = bytes.at(-1) === 13 ? bytes.length - 1 : bytes.length;
  const text = bytes.toString("utf8", 0, end);
  if (!text.includes("\ufffd") || Buffer.from(text).equals(bytes.subarray(0, end)))
    return { text, offset };
  return { text, offset, flags: ["invalid_utf8"] };
}
