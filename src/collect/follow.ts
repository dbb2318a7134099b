import { AppError } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import type { LineBatch, Position } from "../model/raw-line.ts";
import { gzipContent, plainContent, type Content } from "./content.ts";
import { findFiles, firstFiles } from "./discover.ts";
import { fileError, isFileError } from "./file-errors.ts";
import { fromPosition, toPosition } from "./file-states.ts";
import type { FileAccess, FileStat } from "./files.ts";
import { gap } from "./lines.ts";
import { isStillAt } from "./same-file.ts";
import {
  closeFile,
  dropUnbegun,
  FileReplaced,
  freshFile,
  isUnchanged,
  readOn,
  type ReadOptions,
  type TrackedFile,
} from "./tracked-file.ts";

export interface FollowOptions extends ReadOptions {
  from: "beginning" | "end";
  /** There is only one look: a record at the end of the file is complete. */
  once: boolean;
  /** How long a rotated file must have been still until it counts as finished. */
  closeAfterMs: number;
  log: Log;
}

/** One live path with the files that were rotated away from it. */
export interface FollowedFile extends AsyncDisposable {
  /**
   * Reads what is new since the last look, oldest file first, and follows rotations. After an error the next look
   * goes on behind the last batch.
   *
   * @throws AppError of the connection or of the live file.
   */
  look(signal: AbortSignal): AsyncGenerator<LineBatch>;
  /** Forgets the open handles: the connection was lost, or they cannot be trusted after an error. */
  reset(): Promise<void>;
  /** False while nothing stands under the live path. */
  readonly exists: boolean;
  /** Nothing stands under the live path, and what was rotated away from it is read to its end. */
  readonly finished: boolean;
}

/** Follows the file `options.path` on from a saved position. */
export function followFile(
  files: FileAccess,
  saved: Position | undefined,
  options: FollowOptions,
): FollowedFile {
  const { path, host, log, once } = options;
  const fields = { "host.name": host, "log.file.path": path };
  /** Oldest first; the live one last. */
  let tracked: TrackedFile[] = (saved ? fromPosition(saved) : []).map((state) => ({
    ...freshFile(path, false, false),
    ...state,
  }));
  let firstSight = saved === undefined;
  /** The files may have other names than we think. */
  let stale = true;
  let exists = false;

  async function* look(signal: AbortSignal): AsyncGenerator<LineBatch> {
    for (;;) {
      const seen = await files.stat(path, signal);
      if (seen && seen.kind !== "file") throw fileError("not_regular", host, path);
      exists = seen !== undefined;
      if (stale || (await liveMoved(seen, signal))) yield* discover(signal);
      try {
        for (const file of tracked) yield* readFile(file, seen, signal);
        return;
      } catch (error) {
        if (!(error instanceof FileReplaced)) throw error;
        stale = true;
      }
    }
  }

  /** Does another file stand under the live path by now? */
  async function liveMoved(seen: FileStat | undefined, signal: AbortSignal): Promise<boolean> {
    const live = tracked.find((file) => file.live);
    if (!live) return seen !== undefined;
    if (seen && isUnchanged(live, seen)) return false;
    if (!live.content) return true;
    if (seen && (await isStillAt(files, path, live.content, signal))) return false;
    log.info(fields, "the file was rotated");
    live.live = false;
    live.stillSince = Date.now();
    return seen !== undefined;
  }

  async function* discover(signal: AbortSignal): AsyncGenerator<LineBatch> {
    if (firstSight) {
      tracked = await firstFiles(files, options.from, options, signal);
      firstSight = false;
      stale = false;
      // Saved so that a restart knows that what is there now was left out on purpose.
      if (options.from === "end") yield batch([], "");
      return;
    }
    // What was not begun is found again by its place: names may have moved on.
    const found = await findFiles(files, await dropUnbegun(tracked), options, signal);
    tracked = found.tracked;
    stale = false;
    for (const file of found.vanished) {
      const bytes = file.size - file.offset;
      const details = { ...fields, offset: file.offset };
      log.warn(details, "a file is gone; what was written to it since the last look is lost");
      if (bytes <= 0) continue;
      const line = gap(file.offset, bytes, "the file was removed before they were read");
      yield batch([line], file.origin ?? file.head.hash);
    }
  }

  async function* readFile(
    file: TrackedFile,
    seen: FileStat | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<LineBatch> {
    if (file.done) return;
    const stillMs = file.caughtUp ? Date.now() - file.stillSince : 0;
    if (file.live && seen && isUnchanged(file, seen) && !isRecordDue(file, stillMs)) {
      // The path alone tells when it changes again.
      if (stillMs >= options.closeAfterMs) await closeFile(file);
      return;
    }
    try {
      const content = await opened(file, signal);
      const stat = await content.file.stat(signal);
      // Empty until now: another one may have been here, been copied away and truncated since the last look.
      if (file.live && file.head.length === 0 && stat.size > 0) throw new FileReplaced();
      const newest = Math.max(...tracked.map((one) => one.mtimeMs), seen?.mtimeMs ?? 0);
      const still = Math.max(stillMs, newest - stat.mtimeMs) >= options.closeAfterMs;
      const final = file.compressed || (!file.live && still);
      if (isUnchanged(file, stat) && !final && !isRecordDue(file, stillMs)) return;
      const end = final ? "final" : once || isRecordDue(file, stillMs) ? "quiet" : "open";
      for await (const { lines, origin } of readOn(file, content, stat, end, options, signal)) {
        yield batch(lines, origin);
      }
      if (!final) return;
      file.done = true;
      await closeFile(file);
    } catch (error) {
      const missing = error instanceof AppError && error.code === "FILE_NOT_FOUND";
      if (error instanceof FileReplaced || missing) {
        await closeFile(file);
        throw new FileReplaced();
      }
      if (!isFileError(error) || file.live) throw error;
      // One rotated file that cannot be read must not hold up what comes after it.
      log.error({ ...fields, file: file.name, err: error }, "a rotated file cannot be read");
      file.done = true;
      await closeFile(file);
    }
  }

  function isRecordDue(file: TrackedFile, stillMs: number): boolean {
    return file.recordOpen === true && stillMs >= (options.multiline?.timeoutMs ?? Infinity);
  }

  async function opened(file: TrackedFile, signal: AbortSignal): Promise<Content> {
    if (file.content) return file.content;
    const handle = await files.open(file.name, signal);
    const stat = await handle.stat(signal);
    file.content = file.compressed ? gzipContent(handle, host, file.name) : plainContent(handle);
    // Found some time ago by its name, which may belong to another file by now.
    if (stat.size !== file.size || stat.mtimeMs !== file.mtimeMs) throw new FileReplaced();
    return file.content;
  }

  function batch(lines: LineBatch["lines"], origin: string): LineBatch {
    return { lines, origin, path, readAt: Date.now(), position: toPosition(tracked) };
  }

  async function reset(): Promise<void> {
    for (const file of tracked) await closeFile(file);
    stale = true;
  }

  return {
    look,
    reset,
    get exists() {
      return exists;
    },
    get finished() {
      return !exists && !stale && tracked.every((file) => file.done);
    },
    [Symbol.asyncDispose]: reset,
  };
}
