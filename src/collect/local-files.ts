import { open, readdir, stat } from "node:fs/promises";
import type { Stats } from "node:fs";
import { messageOf } from "../lib/errors.ts";
import { fileError } from "./file-errors.ts";
import type { FileAccess, FileStat } from "./files.ts";
import { byteBudget, readAhead } from "./read-ahead.ts";

const ahead = { pieces: 2, pieceBytes: 256 * 1024, budget: byteBudget(8 * 1024 * 1024) };

/** The files of the machine that Leafwatch runs on, called `host`. */
export function localFiles(host: string): FileAccess {
  const attempt = async <T>(path: string, call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      throw localError(host, path, error);
    }
  };
  return {
    stat: (path) => attempt(path, async () => fileStat(await stat(path))).catch(undefinedIfMissing),
    list: (path) => attempt(path, () => readdir(path)).catch(undefinedIfMissing),
    async open(path) {
      // To open a pipe would wait until somebody writes into it.
      const isFile = (await attempt(path, () => stat(path))).isFile();
      if (!isFile) throw fileError("not_regular", host, path);
      const handle = await attempt(path, () => open(path, "r"));
      return {
        stat: () => attempt(path, async () => fileStat(await handle.stat())),
        read: (from, signal, limit = Infinity) =>
          readAhead(
            (at, length) =>
              attempt(path, async () => {
                signal.throwIfAborted();
                const { buffer, bytesRead } = await handle.read(
                  Buffer.allocUnsafeSlow(length),
                  0,
                  length,
                  at,
                );
                return buffer.subarray(0, bytesRead);
              }),
            from,
            limit,
            ahead,
          ),
        close: () => handle.close(),
      };
    },
  };
}

function undefinedIfMissing(error: unknown): undefined {
  if (error instanceof Error && "code" in error && error.code === "FILE_NOT_FOUND")
    return undefined;
  throw error;
}

function fileStat(stats: Stats): FileStat {
  const kind = stats.isFile() ? "file" : stats.isDirectory() ? "directory" : "other";
  return { kind, size: stats.size, mtimeMs: stats.mtimeMs, inode: `${stats.dev}:${stats.ino}` };
}

function localError(host: string, path: string, error: unknown): Error {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (error instanceof Error && error.name === "AbortError") return error;
  if (code === "ENOENT" || code === "ENOTDIR")
    return fileError("not_found", host, path, { cause: error });
  if (code === "EACCES" || code === "EPERM")
    return fileError("permission", host, path, { cause: error });
  return fileError("failed", host, path, { cause: error, words: messageOf(error) });
}
