import { resolve } from "node:path";
import type { LineBatch, Position } from "../model/raw-line.ts";
import { gzipContent, plainContent, type Content } from "./content.ts";
import { fileError, isFileError } from "./file-errors.ts";
import { fromPosition, toPosition } from "./file-states.ts";
import type { OpenFile } from "./files.ts";
import { localFiles } from "./local-files.ts";
import { beginsWith } from "./recognition.ts";
import type { Source } from "./source.ts";
import {
  FileReplaced,
  freshFile,
  readOn,
  type ReadOptions,
  type TrackedFile,
} from "./tracked-file.ts";

export interface ImportOptions extends Omit<ReadOptions, "batchBytes"> {
  /** Told as bytes of `file` as it lies there (compressed or not) were read; `total` is its size. */
  progress?: (file: string, bytes: number, total: number) => void;
}

const here = "this machine";

/** One batch: some thousand lines, which make a bulk request of a good size. */
const batchBytes = 512 * 1024;

/**
 * An old file of this machine, plain or gzipped, as a source: its lines get the ids that they would have got from the
 * live `options.path` of `options.host`. An import that was broken off goes on where it was, as long as the same file
 * lies there; what was appended to it since is read, too.
 *
 * @throws AppError FILE_NOT_FOUND, FILE_NOT_READABLE, FILE_NOT_REGULAR, FILE_DAMAGED, FILE_FAILED.
 */
export function importSource(path: string, options: ImportOptions): Source {
  const file = resolve(path);
  return {
    host: options.host,
    async *streams() {
      yield {
        // By where it lies: several files of one log may well begin with the same line.
        name: `import:${options.path}:${file}`,
        batches: (from, signal) => batches(file, from, options, signal),
      };
    },
  };
}

async function* batches(
  name: string,
  from: Position | undefined,
  options: ImportOptions,
  signal: AbortSignal,
): AsyncGenerator<LineBatch> {
  const { content, total } = await open(name, options, signal);
  try {
    const stat = await content.file.stat(signal);
    const file = await goOn(freshFile(name, content.compressed, false), from, content, signal);
    if (file.done && file.mtimeMs === stat.mtimeMs) return;
    file.done = false;
    const position = () => ({ readAt: Date.now(), position: toPosition([file]) });
    const readOptions = { ...options, batchBytes };
    for await (const some of readOn(file, content, stat, "final", readOptions, signal)) {
      yield { ...some, path: options.path, ...position() };
    }
    file.done = true;
    options.progress?.(name, total, total);
    yield { lines: [], origin: file.origin ?? "", path: options.path, ...position() };
  } catch (error) {
    if (!(error instanceof FileReplaced)) throw error;
    throw fileError("failed", here, name, { words: "it was changed while it was read" });
  } finally {
    await content.file.close();
  }
}

/** `fresh` as it was left when `from` was saved, if it is still that file. */
async function goOn(
  fresh: TrackedFile,
  from: Position | undefined,
  content: Content,
  signal: AbortSignal,
): Promise<TrackedFile> {
  const { inode, size } = await content.file.stat(signal);
  const [saved] = from ? fromPosition(from) : [];
  const same =
    saved !== undefined &&
    saved.inode === inode &&
    beginsWith(await content.head(signal), saved.head) &&
    (content.compressed || size >= saved.offset);
  return { ...fresh, ...(same && saved), inode };
}

async function open(
  path: string,
  { progress }: ImportOptions,
  signal: AbortSignal,
): Promise<{ content: Content; total: number }> {
  const file = await localFiles(here)
    .open(path, signal)
    .catch((error: unknown) => {
      if (!isFileError(error) || error.code !== "FILE_NOT_FOUND") throw error;
      const missingHint =
        "give the path of a file on this machine; an import does not wait for one";
      throw fileError("not_found", here, path, { missingHint, cause: error });
    });
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
    content: compressed ? gzipContent(counted, here, path) : plainContent(counted),
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
