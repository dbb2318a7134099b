import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { fileError } from "./file-errors.ts";
import type { OpenFile } from "./files.ts";
import { headBytes } from "./recognition.ts";

/** The bytes of a log file as they were written, whether it is compressed by now or not. */
export interface Content {
  readonly file: OpenFile;
  readonly compressed: boolean;
  /** From byte `from` of the written bytes to the present end. */
  read(from: number, signal: AbortSignal): AsyncIterable<Buffer>;
  /** Up to 1 KiB from the start. */
  head(signal: AbortSignal): Promise<Buffer>;
}

export function plainContent(file: OpenFile): Content {
  return {
    file,
    compressed: false,
    read: (from, signal) => file.read(from, signal),
    head: (signal) => collect(file.read(0, signal, headBytes)),
  };
}

/** A gzip file of one member or several. What `from` lies behind is unpacked and dropped. */
export function gzipContent(file: OpenFile, host: string, path: string): Content {
  return {
    file,
    compressed: true,
    read: (from, signal) => unpack(file, from, { host, path }, signal),
    head: (signal) => collect(unpack(file, 0, { host, path }, signal)),
  };
}

async function* unpack(
  file: OpenFile,
  from: number,
  { host, path }: { host: string; path: string },
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const gunzip = createGunzip();
  const source = Readable.from(file.read(0, signal), { objectMode: true, highWaterMark: 1 });
  // Its failure is also the failure of the iteration below.
  const done = pipeline(source, gunzip).catch(() => undefined);
  let drop = from;
  try {
    // What is left of an unfinished file comes out before it fails.
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      if (drop >= chunk.length) {
        drop -= chunk.length;
        continue;
      }
      yield drop > 0 ? chunk.subarray(drop) : chunk;
      drop = 0;
    }
  } catch (error) {
    if (!(error instanceof Error && "code" in error && String(error.code).startsWith("Z_")))
      throw error;
    throw fileError("damaged", host, path, { cause: error, words: error.message });
  } finally {
    gunzip.destroy();
    await done;
  }
}

async function collect(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const piece of pieces) {
    parts.push(piece);
    length += piece.length;
    if (length >= headBytes) break;
  }
  return Buffer.concat(parts).subarray(0, headBytes);
}
