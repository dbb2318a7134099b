import assert from "node:assert/strict";
import { execFile, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execFiles } from "../../../src/collect/exec-files.ts";
import type { RemoteShell } from "../../../src/collect/remote-shell.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const never = new AbortController().signal;

describe("files read by commands", () => {
  it("follows a file through its rotation with BusyBox's commands", async function () {
    await using folder = await temporaryFolder();
    const bin = join(folder.path, "bin");
    await mkdir(bin);
    if (!existsSync("/usr/bin/busybox")) this.skip();
    for (const command of ["sh", "stat", "ls", "tail", "head"]) {
      await symlink("/usr/bin/busybox", join(bin, command));
    }
    const path = join(folder.path, "app.log");
    await writeFile(path, `a1\n${"x".repeat(200_000)}\n`);
    const files = execFiles("web1", shellOf(join(bin, "sh"), bin), "ops", false);
    const open = await files.open(path, never);
    await rename(path, `${path}.1`);
    await writeFile(path, "b1\n");
    const parts: Buffer[] = [];
    for await (const part of open.read(0, never)) parts.push(part);
    assert.equal(Buffer.concat(parts).length, 200_004);
    assert.deepEqual((await files.list(folder.path, never))?.sort(), [
      "app.log",
      "app.log.1",
      "bin",
    ]);
    const stat = await files.stat(path, never);
    assert.deepEqual([stat?.kind, stat?.size], ["file", 3]);
    assert.equal(await files.stat(`${path}.2`, never), undefined);
  });

  it("does not take the next file with an inode number for the one that had it before", async function () {
    await using folder = await temporaryFolder();
    const [path, other] = [join(folder.path, "app.log"), join(folder.path, "app.log.1")];
    await writeFile(path, "a1\n");
    const { ino } = await stat(path);
    const open = await execFiles("web1", shellOf("/bin/sh", "/usr/bin:/bin"), "ops", false).open(
      path,
      never,
    );
    await rm(path);
    await writeFile(other, "b1\n");
    if ((await stat(other)).ino !== ino) this.skip(); // not every file system gives it again at once
    await assert.rejects(open.stat(never), { code: "FILE_NOT_FOUND" });
    await assert.rejects(async () => {
      for await (const _ of open.read(0, never)) assert.fail("read from another file");
    });
  });
});

/** A shell of this machine that finds its commands in `path`. */
function shellOf(sh: string, path: string): RemoteShell {
  const start = (command: string) =>
    execFile(sh, ["-c", command], { env: { PATH: path, LC_ALL: "C" }, encoding: "buffer" });
  return {
    run: async (command) => {
      const child = start(`{ ${command}\n} </dev/null 2>&1`);
      const output = await outputOf(child);
      return { output, status: child.exitCode ?? 1 };
    },
    async *stream(command) {
      yield await outputOf(start(command));
    },
  };
}

async function outputOf(child: ChildProcess): Promise<Buffer> {
  const ended = once(child, "exit");
  const parts: Buffer[] = [];
  for await (const part of child.stdout ?? []) parts.push(Buffer.from(part as Uint8Array));
  await ended;
  return Buffer.concat(parts);
}
