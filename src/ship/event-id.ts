import { crc32 } from "node:zlib";

/**
 * The document's `_id`: where the line is (`origin`, a base-36 hash that names the file's beginning, and its byte
 * offset) and what it is (CRC-32 of its text). A pure function, so that whoever reads the line again, from whichever
 * copy, asks for the same document; and two different lines never share one.
 */
export function eventId(origin: string, offset: number, text: string): string {
  return `${origin}-${base36(offset)}-${base36(crc32(text))}`;
}

/** All numbers below 36², as they are written and with two digits. */
const short = Array.from({ length: 1296 }, (_, n) => n.toString(36));
const pairs = short.map((digits) => digits.padStart(2, "0"));

/** A whole number as `toString(36)` writes it, in a tenth of the time. */
function base36(number: number): string {
  if (number < 1296) return short[number] ?? number.toString(36);
  const rest = Math.floor(number / 1296);
  return base36(rest) + (pairs[number - rest * 1296] ?? "");
}
