/**
 * JSON written as bytes: half the cost of the text that JSON.stringify makes and its copy into bytes, and nothing is
 * left for the collector.
 *
 * Each function puts something into `bytes` at `at` and returns where it ends, or throws `noRoom` when it does not fit:
 * then the whole must be put again where there is more. A write beyond the end would be none in JavaScript, but one
 * alone makes the engine take three times as long for every byte written from then on.
 */

/** Thrown as it stands: it is no error, and nobody reads where it came from. */
export const noRoom = new RangeError("no room for what is to be put");

function demand(bytes: Buffer, at: number, size: number): void {
  if (at + size > bytes.length) throw noRoom;
}

export const comma = 0x2c;
export const opening = 0x7b;
export const closing = 0x7d;
const quote = 0x22;
const colon = 0x3a;
const backslash = 0x5c;

/**
 * `text.charCodeAt(i)` and `text.length` for texts of every making. The engine looks a text's members up by how it is
 * stored (flat, sliced, joined, interned, ...) and remembers four ways: a shipper sees more, and each character of a
 * document would be looked up anew. Neither of these asks.
 */
// eslint-disable-next-line @typescript-eslint/unbound-method -- bound by `call`, to a text at each call
const codeAt = Function.prototype.call.bind(String.prototype.charCodeAt) as (
  text: string,
  index: number,
) => number;
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-conversion -- the type is what the engine learns of it
const lengthOf = (text: string) => ("" + text).length;

/** Above this many characters the engine's own copy and a look at its bytes cost less than a look at each character. */
const shortText = 40;

/** Puts `value` as JSON.stringify writes it. Plain data only: nothing with a `toJSON`. */
export function putJson(bytes: Buffer, at: number, value: unknown): number {
  if (typeof value === "string") return putText(bytes, at, value);
  if (typeof value === "number") return putNumber(bytes, at, value);
  if (typeof value !== "object" || value === null)
    return putAscii(bytes, at, value === true ? "true" : value === false ? "false" : "null");
  if (Array.isArray(value)) return putElements(bytes, at, value);
  const from = putByte(bytes, at, opening);
  // Neither null nor an array: an object of plain data.
  const end = putMembers(bytes, from, value as Readonly<Record<string, unknown>>);
  return putByte(bytes, end, closing);
}

/** Puts the members of an object without its braces. */
export function putMembers(
  bytes: Buffer,
  at: number,
  group: Readonly<Record<string, unknown>>,
): number {
  let end = at;
  for (const name in group) {
    const value = group[name];
    if (value === undefined) continue;
    if (end > at) end = putByte(bytes, end, comma);
    end = putMember(bytes, end, name, value);
  }
  return end;
}

/** Puts `"name":value`. */
export function putMember(bytes: Buffer, at: number, name: string, value: unknown): number {
  const end = putText(bytes, at, name);
  return putJson(bytes, putByte(bytes, end, colon), value);
}

/** Puts text that is known to be ASCII, as it stands. */
export function putAscii(bytes: Buffer, at: number, text: string): number {
  const length = lengthOf(text);
  demand(bytes, at, length);
  for (let i = 0; i < length; i++) bytes[at + i] = codeAt(text, i);
  return at + length;
}

/** Puts bytes as they stand. */
export function putBytes(bytes: Buffer, at: number, source: Uint8Array): number {
  demand(bytes, at, source.length);
  bytes.set(source, at);
  return at + source.length;
}

/** Puts one byte. */
export function putByte(bytes: Buffer, at: number, byte: number): number {
  demand(bytes, at, 1);
  bytes[at] = byte;
  return at + 1;
}

/** Puts the digits of a whole number from 0 to 999,999,999. */
export function putDigits(bytes: Buffer, at: number, value: number): number {
  let end = at + 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) end++;
  demand(bytes, at, end - at);
  let left = value;
  for (let i = end - 1; i >= at; i--) {
    const tens = Math.floor(left / 10);
    bytes[i] = 0x30 + left - tens * 10;
    left = tens;
  }
  return end;
}

function putElements(bytes: Buffer, at: number, values: readonly unknown[]): number {
  let end = putByte(bytes, at, 0x5b);
  for (let i = 0; i < values.length; i++) {
    if (i > 0) end = putByte(bytes, end, comma);
    end = putJson(bytes, end, values[i]);
  }
  return putByte(bytes, end, 0x5d);
}

function putNumber(bytes: Buffer, at: number, value: number): number {
  if (value >= 0 && value < 1e9 && Number.isInteger(value)) return putDigits(bytes, at, value);
  return putAscii(bytes, at, Number.isFinite(value) ? String(value) : "null");
}

function putText(bytes: Buffer, at: number, text: string): number {
  const length = lengthOf(text);
  if (length > shortText) return putLongText(bytes, at, text);
  demand(bytes, at, 2 * length + 2);
  let end = at;
  bytes[end++] = quote;
  for (let i = 0; i < length; i++) {
    const code = codeAt(text, i);
    if (code < 0x20 || code > 0x7e) return putUnusual(bytes, at, text);
    if (code === quote || code === backslash) bytes[end++] = backslash;
    bytes[end++] = code;
  }
  bytes[end++] = quote;
  return end;
}

/** The bytes of a long text are put down further on, and moved back with the escapes that they need. */
function putLongText(bytes: Buffer, at: number, text: string): number {
  const length = lengthOf(text);
  demand(bytes, at, length + (length < 4096 ? 3 * length : Buffer.byteLength(text)) + 2);
  let end = at;
  bytes[end++] = quote;
  // As many bytes are free in front as there can be escapes. Half a pair of surrogates becomes U+FFFD.
  let from = end + length;
  const to = from + bytes.write(text, from);
  for (; from < to; from++) {
    const byte = bytes[from] ?? 0;
    if (byte < 0x20) return putUnusual(bytes, at, text);
    if (byte === quote || byte === backslash) bytes[end++] = backslash;
    bytes[end++] = byte;
  }
  bytes[end++] = quote;
  return end;
}

/** A short text with characters beyond ASCII, or any text with some that JSON escapes by name or number. */
function putUnusual(bytes: Buffer, at: number, text: string): number {
  const json = JSON.stringify(text);
  demand(bytes, at, Buffer.byteLength(json));
  return at + bytes.write(json, at);
}
