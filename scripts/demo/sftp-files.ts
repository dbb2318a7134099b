import { lstat, open, readdir, readlink, stat, type FileHandle } from "node:fs/promises";
import type { Stats } from "node:fs";
import { join, posix } from "node:path";
import ssh2, { type Attributes, type FileEntry, type SFTPWrapper } from "ssh2";

const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp;

/** What a test or a demo may do between two reads: it is awaited before the bytes are read. */
export type BeforeRead = (read: { path: string; offset: number; length: number }) => unknown;

type Opened =
  | { kind: "file"; path: string; file: FileHandle }
  | { kind: "folder"; path: string; listed: boolean };

/**
 * Answers SFTP requests from the real folder `root`, which the client sees as `/`. Read-only. Ends, and closes what
 * the client left open, when the channel closes.
 */
export function serveFiles(sftp: SFTPWrapper, root: string, beforeRead?: BeforeRead): void {
  const opened = new Map<number, Opened>();
  let next = 0;
  const real = (path: string) => join(root, posix.normalize(`/${path}`));
  const remember = (entry: Opened) => {
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(next);
    opened.set(next++, entry);
    return handle;
  };
  const find = (handle: Buffer) => {
    const entry = handle.length === 4 ? opened.get(handle.readUInt32BE()) : undefined;
    if (!entry) throw Object.assign(new Error("unknown handle"), { code: "EBADF" });
    return entry;
  };
  const file = (handle: Buffer) => {
    const entry = find(handle);
    if (entry.kind === "file") return entry;
    throw Object.assign(new Error("is a folder"), { code: "EISDIR" });
  };
  /** Runs one request; whatever fails becomes its status. */
  const answer = (id: number, work: () => Promise<void>) => {
    work().catch((error: unknown) => {
      sftp.status(id, statusOf(error), error instanceof Error ? error.message : undefined);
    });
  };

  sftp.on("OPEN", (id, path, flags) => {
    answer(id, async () => {
      if (flags & ~OPEN_MODE.READ) throw Object.assign(new Error("read-only"), { code: "EACCES" });
      const handle = await open(real(path), "r");
      sftp.handle(id, remember({ kind: "file", path, file: handle }));
    });
  });
  sftp.on("READ", (id, handle, offset, length) => {
    answer(id, async () => {
      const { file: from, path } = file(handle);
      await beforeRead?.({ path, offset, length });
      const buffer = Buffer.allocUnsafe(Math.min(length, 256 * 1024));
      const { bytesRead } = await from.read(buffer, 0, buffer.length, offset);
      if (bytesRead === 0) sftp.status(id, STATUS_CODE.EOF);
      else sftp.data(id, buffer.subarray(0, bytesRead));
    });
  });
  sftp.on("FSTAT", (id, handle) => {
    answer(id, async () => {
      sftp.attrs(id, attributes(await file(handle).file.stat()));
    });
  });
  sftp.on("STAT", (id, path) => {
    answer(id, async () => {
      sftp.attrs(id, attributes(await stat(real(path))));
    });
  });
  sftp.on("LSTAT", (id, path) => {
    answer(id, async () => {
      sftp.attrs(id, attributes(await lstat(real(path))));
    });
  });
  sftp.on("REALPATH", (id, path) => {
    // A fresh session stands in `/`, as under internal-sftp -d.
    const filename = posix.normalize(`/${path}`);
    sftp.name(id, [{ filename, longname: filename, attrs: noAttributes }]);
  });
  sftp.on("READLINK", (id, path) => {
    answer(id, async () => {
      const filename = await readlink(real(path));
      sftp.name(id, [{ filename, longname: filename, attrs: noAttributes }]);
    });
  });
  sftp.on("OPENDIR", (id, path) => {
    answer(id, async () => {
      if (!(await stat(real(path))).isDirectory()) {
        throw Object.assign(new Error("not a folder"), { code: "ENOTDIR" });
      }
      sftp.handle(id, remember({ kind: "folder", path, listed: false }));
    });
  });
  sftp.on("READDIR", (id, handle) => {
    answer(id, async () => {
      const entry = find(handle);
      if (entry.kind !== "folder" || entry.listed) {
        sftp.status(id, STATUS_CODE.EOF);
        return;
      }
      entry.listed = true;
      sftp.name(id, await entries(real(entry.path)));
    });
  });
  sftp.on("CLOSE", (id, handle) => {
    answer(id, async () => {
      const entry = find(handle);
      opened.delete(handle.readUInt32BE());
      if (entry.kind === "file") await entry.file.close();
      sftp.status(id, STATUS_CODE.OK);
    });
  });
  // The client has said its last word: without an answer in kind OpenSSH's sftp waits for ever.
  sftp.on("end", () => {
    sftp.end();
  });
  sftp.on("close", () => {
    for (const entry of opened.values()) {
      if (entry.kind === "file") void entry.file.close();
    }
    opened.clear();
  });
}

const noAttributes: Attributes = { mode: 0, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 };

async function entries(folder: string): Promise<FileEntry[]> {
  const found: FileEntry[] = [];
  for (const filename of await readdir(folder)) {
    // Gone between readdir and lstat: a rotation got there first.
    const stats = await lstat(join(folder, filename)).catch(() => undefined);
    if (stats) found.push({ filename, longname: filename, attrs: attributes(stats) });
  }
  return found;
}

function attributes(stats: Stats): Attributes {
  return {
    mode: stats.mode,
    uid: stats.uid,
    gid: stats.gid,
    size: stats.size,
    atime: Math.floor(stats.atimeMs / 1000),
    mtime: Math.floor(stats.mtimeMs / 1000),
  };
}

function statusOf(error: unknown): number {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") return STATUS_CODE.NO_SUCH_FILE;
  if (code === "EACCES" || code === "EPERM") return STATUS_CODE.PERMISSION_DENIED;
  return STATUS_CODE.FAILURE;
}
