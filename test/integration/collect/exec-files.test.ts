import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execFiles } from "../../../src/collect/exec-files.ts";
import type { RemoteShell } from "../../../src/collect/remote-shell.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const never = new AbortController().signal;

describe("files read by commands", () => {
  it("does not take the next file with an inode number for the one that had it before", async function () {
    await using folder = await temporaryFolder();
    const [path, other] = [join(folder.path, "app.log"), join(folder.path, "app.log.1")];
    await writeFile(path, "a1\n");
    const { ino } = await stat(path);
    const open = await execFiles("web1", shell, "ops", false).open(path, never);
    await rm(path);
    await writeFile(other, "b1\n");
    if ((await stat(other)).ino !== ino) this.skip(); // not every file system gives it again at once
    await assert.rejects(open.stat(never), { code: "FILE_NOT_FOUND" });
    await assert.rejects(async () => {
      for await (const _ of open.read(0, never)) assert.fail("read from another file");
    });
  });
});

/** The shell of this machine. */
const shell: RemoteShell = {
  run: async (command) =>
    new Promise((resolve) => {
      const child = execFile("/bin/sh", ["-c", `{ ${command}\n} </dev/null 2>&1`], (_, stdout) => {
        resolve({ output: Buffer.from(stdout, "latin1"), status: child.exitCode ?? 1 });
      });
    }),
  stream: () => {
    throw new Error("not asked for: the files are small");
  },
};
