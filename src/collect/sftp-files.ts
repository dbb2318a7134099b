import type { FileEntryWithStats, SFTPWrapper, Stats } from "ssh2";
import { AppError, isAbort, messageOf } from "../lib/errors.ts";
import { fileError } from "./file-errors.ts";
import type { FileAccess, FileStat } from "./files.ts";
import { pendingCalls } from "./pending-calls.ts";
import { byteBudget, readAhead } from "./read-ahead.ts";
import type { SshConnection } from "./ssh.ts";

/**
 * Two batches on their way at most: the check of one goes out behind its reads and must not leave the way empty. ssh2
 * splits what a server would not give in one piece.
 */
const ahead = { pieces: 32, pieceBytes: 64 * 1024, budget: byteBudget(32 * 1024 * 1024) };

type Done<T> = (error: Error | null | undefined, value: T) => void;

/** The files of a host over SFTP: needs an account that can do nothing else. */
export function sftpFiles(connection: SshConnection): FileAccess {
  const host = connection.target.name;

  /** One request; never waits longer than the connection lives. */
  async function ask<T>(
    path: string,
    signal: AbortSignal,
    request: (sftp: SFTPWrapper, done: Done<T>) => void,
    on?: { sftp: SFTPWrapper; closed: AbortSignal },
  ): Promise<T> {
    const { sftp, closed } = on ?? (await connection.sftp(signal));
    using calls = pendingCalls(host, closed, signal);
    try {
      return await calls.call<T>((done) => {
        request(sftp, done);
      });
    } catch (error) {
      throw isAbort(error) || error instanceof AppError ? error : sftpError(host, path, error);
    }
  }

  async function statOf(path: string, signal: AbortSignal): Promise<FileStat> {
    return fileStat(
      await ask<Stats>(path, signal, (sftp, done) => {
        sftp.stat(path, done);
      }),
    );
  }

  return {
    async stat(path, signal) {
      try {
        return await statOf(path, signal);
      } catch (error) {
        if (error instanceof AppError && error.code === "FILE_NOT_FOUND") return undefined;
        throw error;
      }
    },

    async list(path, signal) {
      try {
        const entries = await ask<FileEntryWithStats[]>(path, signal, (sftp, done) => {
          sftp.readdir(path, done);
        });
        return entries.map((entry) => entry.filename).filter((name) => !/^\.\.?$/.test(name));
      } catch (error) {
        if (error instanceof AppError && error.code === "FILE_NOT_FOUND") return undefined;
        throw error;
      }
    },

    async open(path, signal) {
      // To open a pipe would hold up the server until somebody writes into it.
      const { kind } = await statOf(path, signal);
      if (kind !== "file") throw fileError("not_regular", host, path);
      const on = await connection.sftp(signal);
      const opened = ask<Buffer>(
        path,
        signal,
        (sftp, done) => {
          sftp.open(path, "r", done);
        },
        on,
      );
      const handle = await opened;
      return {
        stat: async (statSignal) =>
          fileStat(
            await ask<Stats>(
              path,
              statSignal,
              (sftp, done) => {
                sftp.fstat(handle, done);
              },
              on,
            ),
          ),
        async *read(from, readSignal, limit = Infinity) {
          using calls = pendingCalls(host, on.closed, readSignal);
          const read = (at: number, length: number) =>
            calls.call<Buffer>((done) => {
              readPiece(on.sftp, handle, at, length, done);
            });
          try {
            yield* readAhead(read, from, limit, ahead);
          } catch (error) {
            throw isAbort(error) || error instanceof AppError
              ? error
              : sftpError(host, path, error);
          }
        },
        async close() {
          if (on.closed.aborted) return;
          await new Promise<void>((resolve) => {
            on.closed.addEventListener("abort", () => {
              resolve();
            });
            on.sftp.close(handle, () => {
              resolve();
            });
          });
        },
      };
    },
  };
}

function readPiece(
  sftp: SFTPWrapper,
  handle: Buffer,
  at: number,
  length: number,
  done: Done<Buffer>,
) {
  const buffer = Buffer.allocUnsafeSlow(length);
  sftp.read(handle, buffer, 0, length, at, (error, count) => {
    // SSH_FX_EOF
    if (error && "code" in error && error.code === 1) done(undefined, Buffer.alloc(0));
    else done(error, buffer.subarray(0, count));
  });
}

function fileStat(stats: Stats): FileStat {
  const kind = stats.isFile() ? "file" : stats.isDirectory() ? "directory" : "other";
  return { kind, size: stats.size, mtimeMs: stats.mtime * 1000 };
}

/** Status codes of draft-ietf-secsh-filexfer-02 §7. */
function sftpError(host: string, path: string, error: unknown): AppError {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === 2) return fileError("not_found", host, path, { cause: error });
  if (code === 3) return fileError("permission", host, path, { cause: error });
  return fileError("failed", host, path, { cause: error, words: messageOf(error) });
}
