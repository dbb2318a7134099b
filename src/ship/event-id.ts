import { crc32 } from "node:zlib";

/**
 * The document's `_id`: where the line is (`origin`, a base-36 hash that names the file's beginning, and its byte
 * offset) and what it is (CRC-32 of its text). A pure function, so that whoever reads the line again, from whichever
 * copy, asks for the same document; and two different lines never share one.
 */
export function eventId(origin: string, offset: number, text: string): string {
  return `${origin}-${offset.toString(36)}-${crc32(text).toString(36)}`;
}
