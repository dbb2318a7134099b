import { AppError } from "../lib/errors.ts";
import type { RawLine } from "../model/raw-line.ts";
import type { Content } from "./content.ts";
import { isBegun, type FileState } from "./file-states.ts";
import type { FileStat } from "./files.ts";
import { encodingOf, lineSplitter, type Encoding } from "./lines.ts";
import { joined, joinRecords } from "./multiline.ts";
import { beginsWith, headBytes, headOf, originOf } from "./recognition.ts";

/** A file of a stream while we know about it. */
export interface TrackedFile extends FileState {
  /** The name under which it was found. */
  name: string;
  compressed: boolean;
  /** It stands under the live path. */
  live: boolean;
  /** Open while something may still be written to it. */
  content?: Content;
  encoding?: Encoding;
  /** Since when it has not changed, by our clock. */
  stillSince: number;
  /** Lines of the last record wait for more: `offset` stands before them. */
  recordOpen?: boolean;
  /** All of it was read, at the size and time that the state has. */
  caughtUp: boolean;
  /** It was looked into after `settledMs` without a change: its size and time hide nothing any more. */
  settled?: boolean;
}

/** Times are whole seconds over SFTP: what happens within one of them shows only in the contents. */
const settledMs = 3000;

/**
 * True when a stat alone shows that there is nothing new, or nothing yet: what a change within one second may hide is
 * looked for once that second is over.
 */
export function isUnchanged(file: TrackedFile, { size, mtimeMs, inode }: FileStat): boolean {
  const same = file.size === size && file.mtimeMs === mtimeMs;
  if (!same || !file.caughtUp || (inode !== undefined && file.inode !== inode)) return false;
  return file.settled === true || Date.now() - file.stillSince < settledMs;
}

/** A file of which nothing is read yet. */
export function freshFile(name: string, compressed: boolean, live: boolean): TrackedFile {
  return {
    ...{ name, compressed, live },
    head: headOf(Buffer.alloc(0)),
    offset: 0,
    size: 0,
    mtimeMs: 0,
    stillSince: Date.now(),
    caughtUp: false,
  };
}

/** Lets go of the open handle, if there is one. */
export async function closeFile(file: TrackedFile): Promise<void> {
  const { content } = file;
  file.content = undefined;
  await content?.file.close();
}

/** The files of which something is read, or which only their handle still leads to. */
export async function dropUnbegun(tracked: readonly TrackedFile[]): Promise<TrackedFile[]> {
  const keep = tracked.filter((file) => isBegun(file) || (!file.live && file.content));
  for (const file of tracked) if (!keep.includes(file)) await closeFile(file);
  return keep;
}

/** Lines of one file which were read in one go. */
export interface FileLines {
  lines: RawLine[];
  origin: string;
}

/** What the present end of a file means: nothing more comes at all, nothing came for long, or more may come. */
export type FileEnd = "final" | "quiet" | "open";

/** The file was written anew while it was open: what was read of it does not belong together. */
export class FileReplaced extends Error {}

export interface ReadOptions {
  host: string;
  /** The live path: part of what the file's lines are named by. */
  path: string;
  maxLineBytes: number;
  /** Joins lines to records. */
  multiline?: { starts: RegExp; maxLines: number; timeoutMs: number };
  /** A batch is handed on when this much was read for it. */
  batchBytes: number;
}

/**
 * Reads `file`, which was like `before` a moment ago, from its offset to its present end and moves the offset with
 * each piece handed on.
 *
 * @throws FileReplaced when the file was truncated or replaced under the open handle.
 */
export async function* readOn(
  file: TrackedFile,
  content: Content,
  before: FileStat,
  end: FileEnd,
  options: ReadOptions,
  signal: AbortSignal,
): AsyncGenerator<FileLines> {
  if (!file.compressed && before.size < file.offset) throw new FileReplaced();
  const start = file.offset;
  if (file.encoding === undefined) {
    const head = await content.head(signal);
    // A shorter head may be the half of a byte order mark.
    if (head.length >= 2) file.encoding = encodingOf(head);
  }
  const splitter = lineSplitter(start, {
    encoding: file.encoding ?? "utf8",
    maxBytes: options.maxLineBytes,
    ...(file.skipping && { skipping: true }),
  });
  let read = 0;
  /** What was read of the head, where this begins with it. */
  let begin = Buffer.alloc(0);
  let pending: RawLine[] = [];
  let pendingBytes = 0;

  function records(lines: RawLine[], atEnd: boolean): [RawLine[], RawLine[]] {
    const { multiline } = options;
    if (!multiline) return [lines, []];
    const limits = { maxLines: multiline.maxLines, maxBytes: options.maxLineBytes };
    const { complete, open } = joinRecords(lines, multiline.starts, limits);
    if (!atEnd || end === "open" || open.length === 0) return [complete, open];
    return [[...complete, joined(open)], []];
  }

  /** Ends a batch here. Its check is sent on its way behind the reads it vouches for; what follows is read meanwhile. */
  function cut(atEnd: boolean): Cut {
    const [lines, waiting] = records(pending, atEnd);
    pending = waiting;
    pendingBytes = 0;
    const checked = unchanged(file, content, { begin, complete: end === "final" }, options, signal);
    checked.catch(() => undefined);
    return {
      ...{ lines, checked },
      after: {
        // A record that waits is read again from its first line on.
        offset: waiting[0]?.offset ?? splitter.offset,
        skipping: waiting.length === 0 && splitter.skipping,
        recordOpen: waiting.length > 0,
        size: start + read,
      },
    };
  }

  async function* handOn(batch: Cut | undefined): AsyncGenerator<FileLines> {
    if (!batch) return;
    if (!(await batch.checked)) throw new FileReplaced();
    const { lines, after } = batch;
    Object.assign(file, after, { size: Math.max(file.size, after.size) });
    if (lines.length > 0 && file.origin !== undefined) yield { lines, origin: file.origin };
  }

  let last: Cut | undefined;
  try {
    for await (const chunk of content.read(start, signal)) {
      if (start === 0 && read < headBytes)
        begin = Buffer.concat([begin, chunk.subarray(0, headBytes - read)]);
      read += chunk.length;
      pendingBytes += chunk.length;
      pending = append(pending, splitter.push(chunk));
      if (pendingBytes < options.batchBytes) continue;
      const done = last;
      last = undefined;
      yield* handOn(done);
      last = cut(false);
    }
  } catch (error) {
    // A compressed file that breaks off will not get better: what it gave counts.
    if (error instanceof AppError && error.code === "FILE_DAMAGED") {
      yield* handOn(last);
      yield* handOn(cut(true));
    }
    throw error;
  }
  yield* handOn(last);
  if (end === "final") pending = append(pending, splitter.end());
  yield* handOn(cut(true));
  settle(file, before, start + read);
}

/** The lines of a batch with the state of the file behind them, which hold once the file is known to be the same. */
interface Cut {
  lines: RawLine[];
  checked: Promise<boolean>;
  after: Required<Pick<TrackedFile, "offset" | "skipping" | "recordOpen" | "size">>;
}

/** Notes what the file was like when all of it was read. */
function settle(file: TrackedFile, before: FileStat, end: number): void {
  const same = file.mtimeMs === before.mtimeMs && file.size === end && file.caughtUp;
  if (!same) file.stillSince = Date.now();
  file.settled = Date.now() - file.stillSince >= settledMs;
  file.mtimeMs = before.mtimeMs;
  if (before.inode !== undefined) file.inode = before.inode;
  // Something may have been written after `before` was taken.
  file.caughtUp = file.compressed || before.size === end;
  file.size = file.compressed ? end : Math.max(before.size, end);
}

/**
 * True when the file still begins as it did, and as what was read of it: also takes in how it begins, as far as that is
 * new.
 */
async function unchanged(
  file: TrackedFile,
  content: Content,
  { begin, complete }: { begin: Buffer; complete: boolean },
  options: ReadOptions,
  signal: AbortSignal,
): Promise<boolean> {
  if (file.compressed && file.head.length > 0 && file.origin !== undefined) return true;
  const bytes = await content.head(signal);
  if (file.head.length > 0 && !beginsWith(bytes, file.head)) return false;
  if (!begin.equals(bytes.subarray(0, begin.length))) return false;
  learn(file, bytes, options);
  // A file that ends in its first line: named as if the line's end had been written.
  if (complete)
    file.origin ??= originOf(options.host, options.path, Buffer.concat([bytes, lineEnd]));
  return true;
}

const lineEnd = Buffer.from("\n");

/** Takes in what `file` begins with, as far as that is new. */
export function learn(
  file: TrackedFile,
  bytes: Buffer,
  { host, path }: Pick<ReadOptions, "host" | "path">,
): void {
  if (bytes.length > file.head.length) file.head = headOf(bytes);
  const origin = file.origin ?? originOf(host, path, bytes);
  if (origin !== undefined) file.origin = origin;
}

/** Appends without a spread, which overflows the stack for many lines. */
function append(to: RawLine[], lines: RawLine[]): RawLine[] {
  if (to.length === 0) return lines;
  for (const line of lines) to.push(line);
  return to;
}
