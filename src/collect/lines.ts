import { isAscii, isUtf8 } from "node:buffer";
import type { RawLine } from "../model/raw-line.ts";

/** How the bytes of a file stand for text: told by its byte order mark. */
export type Encoding = "utf8" | "utf16le" | "utf16be";

/** The encoding of a file that begins with `head`. */
export function encodingOf(head: Buffer): Encoding {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf16be";
  return "utf8";
}

/** Turns the bytes of a file, in chunks of any size, into its lines. */
export interface LineSplitter {
  /** The lines that `chunk` completes. Line ends are LF or CRLF. */
  push(chunk: Buffer): RawLine[];
  /** The last line where the file ends without a line end. Only for a file that nobody writes to any more. */
  end(): RawLine[];
  /** First byte that is in no line yet: where to go on. */
  readonly offset: number;
  /** True while `offset` stands inside a line that was cut: the rest up to its end is dropped. */
  readonly skipping: boolean;
}

export interface SplitterOptions {
  encoding: Encoding;
  /** Longer lines are cut here and flagged `truncated`. */
  maxBytes: number;
  /** See `LineSplitter.skipping`. */
  skipping?: boolean;
}

/** A larger text would be of the collector's old generation from its first day on, and stay long after its last. */
const pieceBytes = 64 * 1024;

/** NULs in a row which text never has but a file system leaves behind after a crash or a truncation. */
const hole = Buffer.alloc(4);

/** A splitter that begins at byte `start` of a file. */
export function lineSplitter(start: number, options: SplitterOptions): LineSplitter {
  const { encoding } = options;
  const wide = encoding !== "utf8";
  const maxBytes = wide ? options.maxBytes - (options.maxBytes % 2) : options.maxBytes;
  let skipping = options.skipping ?? false;
  /** Bytes that no line end has closed, and where in the file they begin. */
  let rest: Buffer = Buffer.alloc(0);
  let base = start;
  /** How much of `rest` is known to hold no line end. */
  let searched = 0;
  /** NULs right before `base`: a hole once another byte follows; until then they may still be filled in. */
  let nuls = 0;

  function push(chunk: Buffer): RawLine[] {
    const lines: RawLine[] = [];
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      pushPiece(chunk.subarray(at, at + pieceBytes), lines);
    }
    return lines;
  }

  function pushPiece(chunk: Buffer, lines: RawLine[]): void {
    // Only the line that was begun is copied together, not the chunk that ends it.
    const lf = rest.length === 0 || wide ? -1 : chunk.indexOf(10);
    if (lf >= 0) {
      split(Buffer.concat([rest, chunk.subarray(0, lf + 1)]), lines);
      chunk = chunk.subarray(lf + 1);
    }
    if (chunk.length > 0) split(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]), lines);
  }

  function split(block: Buffer, lines: RawLine[]): void {
    if (!wide && nuls === 0 && !skipping && !block.includes(0)) splitClean(block, searched, lines);
    else splitAny(block, searched, lines);
  }

  /** No NUL anywhere: decode the block at once where it can be. */
  function splitClean(block: Buffer, from: number, lines: RawLine[]): void {
    const whole = block.subarray(0, block.lastIndexOf(10) + 1);
    const ascii = isAscii(whole) ? whole.toString("latin1") : undefined;
    const valid = ascii !== undefined || isUtf8(whole);
    let begin = 0;
    for (let search = from; begin < whole.length; search = begin) {
      const lf = ascii === undefined ? whole.indexOf(10, search) : ascii.indexOf("\n", search);
      if (lf - begin > maxBytes) lines.push(cut(whole, begin));
      else if (ascii === undefined) lines.push(decoded(whole.subarray(begin, lf), begin, valid));
      else lines.push({ text: withoutCr(ascii.slice(begin, lf)), offset: base + begin });
      begin = lf + 1;
    }
    keep(block, begin, lines);
  }

  /** Two-byte encodings, holes, and the remainder of a line that was cut. */
  function splitAny(block: Buffer, from: number, lines: RawLine[]): void {
    let begin = 0;
    let search = from;
    while (begin < block.length) {
      if (!wide && !skipping && block[begin] === 0) {
        const after = afterNuls(block, begin);
        nuls += after - begin;
        begin = after;
        continue;
      }
      if (nuls > 0) lines.push(gap(base + begin - nuls, nuls));
      nuls = 0;
      const lf = lineEnd(block, Math.max(search, begin));
      const stop = lf < 0 ? block.length : lf;
      const nul = wide || skipping ? -1 : block.subarray(begin, stop).indexOf(hole);
      // A hole that begins behind the limit belongs to what is cut: the same whatever the chunks are.
      if (nul > 0 && nul + hole.length <= maxBytes) {
        const after = afterNuls(block, begin + nul);
        if (after === block.length && after - begin <= maxBytes) break;
        lines.push(truncated(decoded(block.subarray(begin, begin + nul), begin)));
        begin += nul;
        continue;
      }
      if (lf < 0) break;
      if (skipping) skipping = false;
      else if (lf - begin > maxBytes) lines.push(cut(block, begin));
      else lines.push(decoded(block.subarray(begin, lf), begin));
      begin = lf + (wide ? 2 : 1);
      search = begin;
    }
    keep(block, begin, lines);
  }

  /** Holds back what follows the last line end; cuts it where it is too long for a line already. */
  function keep(block: Buffer, begin: number, lines: RawLine[]): void {
    let left = block.subarray(begin);
    base += begin;
    // A two-byte unit must not be torn: half of a line end may be the last byte.
    const units = () => (wide ? left.length - (left.length % 2) : left.length);
    if (!skipping && units() > maxBytes) {
      lines.push(cut(left, 0));
      skipping = true;
    }
    if (skipping) {
      base += units();
      left = left.subarray(units());
    }
    // A copy, so that a few bytes do not keep a whole chunk alive.
    rest = Buffer.from(left);
    searched = units();
  }

  function lineEnd(block: Buffer, from: number): number {
    if (!wide) return block.indexOf(10, from);
    // Units stand at even distances from the start of the file, and so does `offset`.
    for (let at = from + (from % 2); at + 1 < block.length; at += 2) {
      const low = encoding === "utf16le" ? block[at] : block[at + 1];
      const high = encoding === "utf16le" ? block[at + 1] : block[at];
      if (low === 10 && high === 0) return at;
    }
    return -1;
  }

  function decoded(bytes: Buffer, begin: number, valid?: boolean): RawLine {
    const at = base + begin;
    if (wide) return { text: withoutCr(wideText(bytes, at)), offset: at };
    const bom = at === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    const body = bom ? bytes.subarray(3) : bytes;
    if (valid === true || isUtf8(body))
      return { text: withoutCr(body.toString("utf8")), offset: at };
    return { text: withoutCr(body.toString("latin1")), offset: at, flags: ["invalid_utf8"] };
  }

  function wideText(bytes: Buffer, at: number): string {
    const body = bytes.subarray(at === 0 ? 2 : 0, bytes.length - (bytes.length % 2));
    return (encoding === "utf16le" ? body : Buffer.from(body).swap16()).toString("utf16le");
  }

  function cut(block: Buffer, begin: number): RawLine {
    let end = begin + maxBytes;
    // Not inside a character: at most three bytes back to the one it starts with.
    for (let i = 0; !wide && i < 3 && ((block[end] ?? 0) & 0xc0) === 0x80; i++) end--;
    return truncated(decoded(block.subarray(begin, end), begin));
  }

  function end(): RawLine[] {
    const lines: RawLine[] = [];
    let size = rest.length;
    while (!wide && size > 0 && rest[size - 1] === 0) size--;
    if (size > 0 && !skipping) lines.push(decoded(rest.subarray(0, size), 0));
    const hollow = nuls + rest.length - size;
    base += rest.length;
    if (hollow > 0) lines.push(gap(base - hollow, hollow));
    rest = Buffer.alloc(0);
    searched = 0;
    nuls = 0;
    skipping = false;
    return lines;
  }

  return {
    push,
    end,
    get offset() {
      return base - nuls;
    },
    get skipping() {
      return skipping;
    },
  };
}

/** The record that stands for bytes which cannot be read any more. */
export function gap(offset: number, bytes: number, why = "NUL bytes instead of lines"): RawLine {
  const text = `${bytes} bytes from byte ${offset} are missing: ${why}`;
  return { text, offset, flags: ["gap"], gapBytes: bytes };
}

function truncated(line: RawLine): RawLine {
  return { ...line, flags: ["truncated", ...(line.flags ?? [])] };
}

function afterNuls(block: Buffer, from: number): number {
  let after = from;
  while (block[after] === 0) after++;
  return after;
}

function withoutCr(text: string): string {
  return text.endsWith("\r") ? text.slice(0, -1) : text;
}
