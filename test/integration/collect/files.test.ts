import assert from "node:assert/strict";
import { appendFile, mkdir, rename, rm, truncate, writeFile, copyFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { hasSshd, startSshd, type Sshd } from "../../helpers/sshd.ts";
import { collecting, openHost } from "../../helpers/collecting.ts";

for (const read of ["sftp", "exec", "sudo", "local"] as const) {
  describe(`files read by ${read}`, function () {
    this.timeout(30_000);
    let sshd: Sshd;
    const opened: AsyncDisposable[] = [];
    let folder: string;
    let log: string;
    let count = 0;

    before(async function () {
      if (!hasSshd()) this.skip();
      sshd = await startSshd(
        read === "sudo" ? [`SetEnv PATH=${await playSudo(opened)}:/usr/bin:/bin`] : [],
      );
      opened.push(sshd);
    });
    after(async () => {
      for (const one of opened.reverse()) await one[Symbol.asyncDispose]();
    });
    beforeEach(async () => {
      folder = join(sshd.folder, `logs${count++}`);
      log = join(folder, "access.log");
      await mkdir(folder);
    });

    const open = (once = false) => openHost(sshd, { once, read });

    it("reads what is there, then what comes", async () => {
      await writeFile(log, "one\ntwo\nthr");
      await using host = await open();
      await using read = collecting(host, log);
      await read.until(["one", "two"]);
      await appendFile(log, "ee\nfour\n");
      await read.until(["one", "two", "three", "four"]);
      assert.deepEqual(read.offsets(), [0, 4, 8, 14]);
    });

    it("reads more large files in a row than a connection has channels", async () => {
      const names = Array.from({ length: 12 }, (_, i) => `${i}`);
      for (const name of names) {
        await writeFile(join(folder, `${name}.log`), `${name}${"x".repeat(1023)}\n`.repeat(100));
      }
      await using host = await open(true);
      await using read = collecting(host, `${folder}/*.log`);
      await read.ended;
      assert.equal(read.lines.length, 1200);
    });

    it("goes on from the position that was saved", async () => {
      await writeFile(log, "one\ntwo\n");
      await using host = await open();
      const first = collecting(host, log);
      await first.until(["one", "two"]);
      await first[Symbol.asyncDispose]();
      await appendFile(log, "three\n");
      await using second = collecting(host, log, { from: first.position() });
      await second.until(["three"]);
      assert.equal(second.origins()[0], first.origins()[0]);
    });

    it("follows a rename and what is still written to the old file", async () => {
      await writeFile(log, "a1\n");
      await using host = await open();
      await using read = collecting(host, log);
      await read.until(["a1"]);
      await rename(log, `${log}.1`);
      await appendFile(`${log}.1`, "a2\n");
      await writeFile(log, "b1\n");
      await read.until(["a1", "a2", "b1"]);
      await appendFile(`${log}.1`, "a3\n");
      await appendFile(log, "b2\n");
      await read.untilSet(["a1", "a2", "b1", "a3", "b2"]);
      assert.deepEqual(read.paths(), [log]);
      assert.equal(new Set(read.origins()).size, 2);
    });

    it("finds the old file after two rotations and a compression while nobody looked", async () => {
      await writeFile(log, "a1\na2\n");
      await using host = await open();
      const first = collecting(host, log);
      await first.until(["a1", "a2"]);
      await first[Symbol.asyncDispose]();
      await appendFile(log, "a3\n");
      await writeFile(`${log}.2.gz`, gzipSync("a1\na2\na3\n"));
      await writeFile(`${log}.1`, "b1\n");
      await writeFile(log, "c1\n");
      await using second = collecting(host, log, { from: first.position() });
      await second.until(["a3", "b1", "c1"]);
      assert.equal(second.origins()[0], first.origins()[0]);
    });

    it("goes on at once when the file that it read was rotated and compressed in one go", async () => {
      await writeFile(log, "a1\n");
      await using host = await open();
      await using read = collecting(host, log);
      await read.until(["a1"]);
      await appendFile(log, "a2\n");
      await rename(log, `${log}.1`);
      await writeFile(log, "b1\n");
      await writeFile(`${log}.1.gz`, gzipSync("a1\na2\n"));
      await rm(`${log}.1`);
      await read.until(["a1", "a2", "b1"]);
    });

    it("reads the rotated files of the time before first, oldest first", async () => {
      await writeFile(`${log}.2.gz`, Buffer.concat([gzipSync("a1\n"), gzipSync("a2\n")]));
      await writeFile(`${log}.1`, "b1\n");
      await writeFile(log, "c1\n");
      await using host = await open(true);
      await using read = collecting(host, log);
      await read.ended;
      assert.deepEqual(read.texts(), ["a1", "a2", "b1", "c1"]);
    });

    it("reads the copy after a copytruncate", async () => {
      await writeFile(log, "a1\n");
      await using host = await open();
      await using read = collecting(host, log);
      await read.until(["a1"]);
      await appendFile(log, "a2\n");
      await copyFile(log, `${log}.1`);
      await truncate(log, 0);
      await appendFile(log, "b1\n");
      await read.until(["a1", "a2", "b1"]);
    });

    it("records how many bytes are gone", async () => {
      await writeFile(log, "a1\npartial");
      await using host = await open();
      await using read = collecting(host, log);
      await read.until(["a1"]);
      await truncate(log, 0);
      await appendFile(log, "b1\n");
      await read.untilCount(3);
      assert.deepEqual(
        read.lines.map((line) => [line.gapBytes ?? line.text, line.offset]),
        [
          ["a1", 0],
          [7, 3],
          ["b1", 0],
        ],
      );
    });

    it("begins at the end where the config says so", async () => {
      await writeFile(log, "old\nhal");
      await using host = await open();
      await using read = collecting(host, log, { options: { from: "end" } });
      await read.untilPosition();
      await appendFile(log, "f\nnew\n");
      await read.until(["new"]);
    });

    it("goes on after sshd was restarted, without losing or doubling a line", async () => {
      await writeFile(log, "one\n");
      await using host = await open();
      await using read = collecting(host, log);
      await read.until(["one"]);
      await sshd.stop();
      await appendFile(log, "two\n");
      await rename(log, `${log}.1`);
      await writeFile(log, "three\n");
      await sshd.start();
      await read.until(["one", "two", "three"]);
    });

    it("finds the files of a glob as they come, and leaves rotated ones to their live path", async () => {
      await writeFile(join(folder, "a.log"), "a\n");
      await writeFile(join(folder, "a.log.1"), "a0\n");
      await writeFile(join(folder, "b.log"), "b\n");
      await using host = await open(true);
      await using read = collecting(host, join(folder, "*.log*"));
      await read.ended;
      assert.deepEqual(read.texts().sort(), ["a", "a0", "b"]);
      assert.deepEqual(read.paths().sort(), [join(folder, "a.log"), join(folder, "b.log")]);
    });

    it("reads a path that a shell would take for a command", async () => {
      const odd = join(folder, "-rf $(touch x) 'q' \"d\"\nnewline.log");
      await writeFile(odd, "odd\n");
      await using host = await open(true);
      await using read = collecting(host, odd);
      await read.ended;
      assert.deepEqual(read.texts(), ["odd"]);
    });
  });
}

/** A folder with a `sudo` that runs what it is given as whoever calls it, and insists on `-n`. */
async function playSudo(opened: AsyncDisposable[]): Promise<string> {
  const folder = await temporaryFolder();
  opened.push(folder);
  const script = '#!/bin/sh\n[ "$1" = -n ] || exit 1\nshift\nexec "$@"\n';
  await writeFile(join(folder.path, "sudo"), script, { mode: 0o755 });
  return folder.path;
}
