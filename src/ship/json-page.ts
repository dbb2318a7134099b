/**
 * Bytes in which JSON is written, one piece behind the other. Written so, a document costs half as much as the text
 * that JSON.stringify makes and its copy into bytes, and leaves nothing for the collector.
 */
export interface JsonPage {
  bytes: Buffer;
  /** Where the piece begins that is being written: what must stay together when it is moved to a new page. */
  start: number;
  /** Where to go on. */
  at: number;
}

/** Small enough that a document which waits long keeps few others' bytes, large enough to be made seldom. */
const pageBytes = 256 * 1024;

/** A page on which nothing has been written. */
export function newPage(): JsonPage {
  return { bytes: Buffer.allocUnsafeSlow(pageBytes), start: 0, at: 0 };
}

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const backslash = 0x5c;

/** Above this many characters the engine's own copy and a look at its bytes cost less than a look at each character. */
const shortText = 40;
/** Room for a comma, a short name, its colon and a short text or number. */
const memberRoom = 1 + (2 * shortText + 2) + 1 + (2 * shortText + 2);

/** Writes `value` as JSON.stringify does. Plain data only: nothing with a `toJSON`. */
export function writeJson(page: JsonPage, value: unknown): void {
  makeRoom(page, memberRoom);
  writeValue(page, value);
}

/** Writes the members of an object without its braces. */
export function writeMembers(page: JsonPage, group: Readonly<Record<string, unknown>>): void {
  let isFirst = true;
  for (const name in group) {
    const value = group[name];
    if (value === undefined) continue;
    writeMember(page, name, value, isFirst);
    isFirst = false;
  }
}

/** Writes `"name":value`, behind a comma unless it is the first. */
export function writeMember(page: JsonPage, name: string, value: unknown, isFirst = false): void {
  makeRoom(page, memberRoom);
  if (!isFirst) page.bytes[page.at++] = comma;
  writeText(page, name);
  page.bytes[page.at++] = colon;
  writeValue(page, value);
}

/** Writes text that is known to be ASCII, as it stands. */
export function writeAscii(page: JsonPage, text: string): void {
  const { length } = text;
  makeRoom(page, length);
  const { bytes } = page;
  let at = page.at;
  for (let i = 0; i < length; i++) bytes[at++] = text.charCodeAt(i);
  page.at = at;
}

/** Writes bytes as they stand. */
export function writeBytes(page: JsonPage, source: Uint8Array): void {
  makeRoom(page, source.length);
  page.bytes.set(source, page.at);
  page.at += source.length;
}

// What follows leaves it to its callers that a short text or a number finds room.

function writeValue(page: JsonPage, value: unknown): void {
  if (typeof value === "string") {
    writeText(page, value);
  } else if (typeof value === "number") {
    writeNumber(page, value);
  } else if (typeof value !== "object" || value === null) {
    writeAscii(page, value === true ? "true" : value === false ? "false" : "null");
  } else if (Array.isArray(value)) {
    writeElements(page, value);
  } else {
    page.bytes[page.at++] = 0x7b;
    writeMembers(page, value as Readonly<Record<string, unknown>>); // neither null nor an array
    makeRoom(page, 1);
    page.bytes[page.at++] = 0x7d;
  }
}

function writeElements(page: JsonPage, values: readonly unknown[]): void {
  page.bytes[page.at++] = 0x5b;
  for (let i = 0; i < values.length; i++) {
    makeRoom(page, memberRoom);
    if (i > 0) page.bytes[page.at++] = comma;
    writeValue(page, values[i]);
  }
  makeRoom(page, 1);
  page.bytes[page.at++] = 0x5d;
}

function writeText(page: JsonPage, text: string): void {
  const { length } = text;
  if (length > shortText) {
    writeLongText(page, text);
    return;
  }
  const { bytes } = page;
  let at = page.at;
  bytes[at++] = quote;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e) {
      writeUnusual(page, text);
      return;
    }
    if (code === quote || code === backslash) bytes[at++] = backslash;
    bytes[at++] = code;
  }
  bytes[at++] = quote;
  page.at = at;
}

/** The bytes of a long text are put down further on, and moved back with the escapes that they need. */
function writeLongText(page: JsonPage, text: string): void {
  const { length } = text;
  const most = length < 4096 ? 3 * length : Buffer.byteLength(text);
  makeRoom(page, length + most + memberRoom);
  const { bytes } = page;
  let at = page.at;
  bytes[at++] = quote;
  // As many bytes are free in front as there can be escapes. Half a pair of surrogates becomes U+FFFD.
  let from = at + length;
  const to = from + bytes.write(text, from);
  for (; from < to; from++) {
    const byte = bytes[from] ?? 0;
    if (byte < 0x20) {
      writeUnusual(page, text);
      return;
    }
    if (byte === quote || byte === backslash) bytes[at++] = backslash;
    bytes[at++] = byte;
  }
  bytes[at++] = quote;
  page.at = at;
}

/** A short text with characters beyond ASCII, or any text with some that JSON escapes by name or number. */
function writeUnusual(page: JsonPage, text: string): void {
  const json = JSON.stringify(text);
  makeRoom(page, Buffer.byteLength(json) + memberRoom);
  page.at += page.bytes.write(json, page.at);
}

function writeNumber(page: JsonPage, value: number): void {
  if (value >= 0 && value < 1e9 && Number.isInteger(value)) {
    page.at = putDigits(page.bytes, page.at, value);
  } else {
    writeAscii(page, Number.isFinite(value) ? String(value) : "null");
  }
}

/** Puts the digits of a whole number from 0 to 999,999,999. @returns where they end. */
export function putDigits(bytes: Buffer, at: number, value: number): number {
  let end = at + 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) end++;
  let left = value;
  for (let i = end - 1; i >= at; i--) {
    const tens = Math.floor(left / 10);
    bytes[i] = 0x30 + left - tens * 10;
    left = tens;
  }
  return end;
}

/** Goes on on a new page, with what has been written of the piece, when fewer than `more` bytes are left. */
function makeRoom(page: JsonPage, more: number): void {
  if (page.at + more <= page.bytes.length) return;
  const written = page.at - page.start;
  const bytes = Buffer.allocUnsafeSlow(written + more + pageBytes);
  page.bytes.copy(bytes, 0, page.start, page.at);
  page.bytes = bytes;
  page.start = 0;
  page.at = written;
}
