import { resolve } from "node:path";
import type { LineBatch, Position } from "../model/raw-line.ts";
import { gzipContent, plainContent, type Content } from "./content.ts";
import { fromPosition, toPosition } from "./file-states.ts";
import type { OpenFile } from "./files.ts";
import { localFiles } from "./local-files.ts";
import { originOf } from "./recognition.ts";
import type { Source, Stream } from "./source.ts";
import { freshFile, readOn, type ReadOptions } from "./tracked-file.ts";

export interface ImportOptions extends Omit<ReadOptions, "batchBytes"> {
  /** Told as bytes of `file` as it lies there (compressed or not) were read; `total` is its size. */
  progress?: (file: string, bytes: number, total: number) => void;
}

/** One batch: some thousand lines, which make a bulk request of a good size. */
const batchBytes = 512 * 1024;

/**
 * Old files of this machine, plain or gzipped, as a source: each is a stream whose lines get the ids that they would
 * have got from the live `options.path` of `options.host`. A file is known by its first line, so an import that was
 * broken off goes on where it was.
 *
 * @throws AppError FILE_NOT_FOUND, FILE_NOT_READABLE, FILE_NOT_REGULAR, FILE_DAMAGED.
 */
export function importSource(paths: readonly string[], options: ImportOptions): Source {
  return {
    host: options.host,
    async *streams(signal) {
      for (const path of paths) yield await importStream(resolve(path), options, signal);
    },
  };
}

async function importStream(
  file: string,
  options: ImportOptions,
  signal: AbortSignal,
): Promise<Stream> {
  // The name is known only when its first line is.
  const { content, total } = await open(file, options, signal);
  const head = await content.head(signal);
  await content.file.close();
  const { host, path } = options;
  const origin = originOf(host, path, Buffer.concat([head, Buffer.from("\n")])) ?? "";
  return {
    name: `import:${path}:${origin}`,
    batches: (from, batchSignal) => batches(file, total, from, options, batchSignal),
  };
}

async function* batches(
  name: string,
  total: number,
  from: Position | undefined,
  options: ImportOptions,
  signal: AbortSignal,
): AsyncGenerator<LineBatch> {
  const [saved] = from ? fromPosition(from) : [];
  const file = { ...freshFile(name, false, false), ...saved };
  if (file.done) return;
  const { content } = await open(name, options, signal);
  file.compressed = content.compressed;
  try {
    const stat = await content.file.stat(signal);
    const readOptions = { ...options, batchBytes };
    for await (const { lines, origin } of readOn(
      file,
      content,
      stat,
      "final",
      readOptions,
      signal,
    )) {
      const readAt = Date.now();
      yield { lines, origin, path: options.path, readAt, position: toPosition([file]) };
    }
    file.done = true;
    options.progress?.(name, total, total);
    yield {
      ...{ lines: [], origin: file.origin ?? "", path: options.path },
      ...{ readAt: Date.now(), position: toPosition([file]) },
    };
  } finally {
    await content.file.close();
  }
}

async function open(
  path: string,
  { host, progress }: ImportOptions,
  signal: AbortSignal,
): Promise<{ content: Content; total: number }> {
  const file = await localFiles("this machine").open(path, signal);
  const stat = await file.stat(signal);
  const counted = progress
    ? counting(file, (bytes) => {
        progress(path, bytes, stat.size);
      })
    : file;
  const start: Buffer[] = [];
  for await (const piece of file.read(0, signal, 2)) start.push(piece);
  // What it holds counts, not what it is called.
  const compressed = Buffer.concat(start).equals(Buffer.from([0x1f, 0x8b]));
  return {
    content: compressed ? gzipContent(counted, host, path) : plainContent(counted),
    total: stat.size,
  };
}

/** Tells how far the file was read; small reads at its start are looks, not progress. */
function counting(file: OpenFile, tell: (bytes: number) => void): OpenFile {
  return {
    ...file,
    async *read(from, signal, limit) {
      let at = from;
      for await (const piece of file.read(from, signal, limit)) {
        at += piece.length;
        if (limit === undefined) tell(at);
        yield piece;
      }
    },
  };
}
