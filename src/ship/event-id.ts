import { crc32 } from "node:zlib";
import { putByte } from "./json-bytes.ts";

/*
 * The `_id` of a line's document: where the line is (`origin`, a base-36 hash that names the file's beginning, and its
 * byte offset) and what it is (CRC-32 of its text): `0w5e11264sgsf-9nemw-z7hn32`. A pure function, so that whoever
 * reads the line again, from whichever copy, asks for the same document; and two different lines never share one.
 */

/** What tells a line from the others of its file. */
export interface LineId {
  /** Of its first byte. */
  offset: number;
  /** CRC-32 of its text. */
  sum: number;
}

/** What the ids of a file's lines have in common. */
export function beginOfId(origin: string): string {
  return `${origin}-`;
}

export function lineId(offset: number, text: string): LineId {
  return { offset, sum: crc32(text) };
}

/** Puts the end of an id, see json-bytes.ts. */
export function putLineId(bytes: Buffer, at: number, { offset, sum }: LineId): number {
  const end = putByte(bytes, putBase36(bytes, at, offset), 0x2d);
  return putBase36(bytes, end, sum);
}

const digits = Buffer.from("0123456789abcdefghijklmnopqrstuvwxyz");
/** More than a whole number that a double holds exactly has. */
const scratch = Buffer.alloc(11);

/** Puts a whole number as `toString(36)` writes it, without a text of it. */
function putBase36(bytes: Buffer, at: number, number: number): number {
  let first = scratch.length;
  let rest = number;
  do {
    const left = Math.floor(rest / 36);
    scratch[--first] = digits[rest - left * 36] ?? 0;
    rest = left;
  } while (rest > 0);
  let end = at;
  while (first < scratch.length) end = putByte(bytes, end, scratch[first++] ?? 0);
  return end;
}
