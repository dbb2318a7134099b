import assert from "node:assert/strict";
import { appendFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { importSource } from "../../../src/collect/import-files.ts";
import type { LineBatch } from "../../../src/model/raw-line.ts";
import { openHost, collecting } from "../../helpers/collecting.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const never = new AbortController().signal;

describe("importing old files", () => {
  async function importAll(
    files: readonly string[],
    path: string,
    from: { name: string; position: LineBatch["position"] }[] = [],
    progress?: (file: string, bytes: number, total: number) => void,
  ) {
    const options = { host: "web1", path, maxLineBytes: 1e6, ...(progress && { progress }) };
    const batches: (LineBatch & { stream: string })[] = [];
    for (const file of files) {
      for await (const stream of importSource(file, options).streams(never)) {
        const saved = from.findLast(({ name }) => name === stream.name)?.position;
        for await (const batch of stream.batches(saved, never)) {
          batches.push({ ...batch, stream: stream.name });
        }
      }
    }
    return batches;
  }
  const ids = (batches: readonly LineBatch[]) =>
    batches.flatMap(({ lines, origin, path }) =>
      lines.map(({ offset, text }) => `${path ?? ""} ${origin} ${offset} ${text}`),
    );

  it("names the lines as live shipping from that host and path does", async () => {
    await using folder = await temporaryFolder();
    const log = join(folder.path, "access.log");
    const copy = join(folder.path, "somewhere-else");
    const text = "first\nsecond\nwithout end";
    await writeFile(`${log}.1.gz`, gzipSync(text));
    await writeFile(copy, gzipSync(text));
    await using host = await openHost(
      { port: 1, user: "nobody", key: "none", knownHosts: "none" },
      {
        read: "local",
        once: true,
      },
    );
    await using live = collecting(host, log);
    await live.ended;
    assert.deepEqual(ids(await importAll([copy], log)), ids(live.batches));
    assert.deepEqual(live.texts(), ["first", "second", "without end"]);
  });

  it("imports a file that is one line without an end", async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "short");
    await writeFile(file, "only");
    const [batch] = await importAll([file], "/var/log/a.log");
    assert.deepEqual(batch?.lines, [{ text: "only", offset: 0 }]);
  });

  it("goes on where it was broken off, and tells how far it is", async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "old.gz");
    const lines = Array.from({ length: 60_000 }, (_, i) => `line ${i} of an old log file`);
    await writeFile(file, gzipSync(lines.join("\n") + "\n"));
    const told: number[] = [];
    const all = await importAll([file], "/var/log/a.log", [], (_file, bytes, total) => {
      told.push(bytes / total);
    });
    const [first] = all;
    assert.ok(first && all.length > 2);
    const rest = await importAll([file], "/var/log/a.log", [
      { name: first.stream, position: first.position },
    ]);
    assert.deepEqual([...ids([first]), ...ids(rest)], ids(all));
    assert.equal(told.at(-1), 1);
    const last = all.at(-1);
    assert.ok(last);
    const saved = [{ name: last.stream, position: last.position }];
    assert.deepEqual(await importAll([file], "/var/log/a.log", saved), []);
  });

  it("keeps files apart that begin with the same line", async () => {
    await using folder = await temporaryFolder();
    const files = ["ex1.log", "ex2.log"].map((name) => join(folder.path, name));
    const texts = ["#Software: IIS\none\n", "#Software: IIS\ntwo\nthree\n"];
    await Promise.all(files.map((file, n) => writeFile(file, texts[n] ?? "")));
    const batches = await importAll(files, "/a");
    assert.equal(new Set(batches.map(({ stream }) => stream)).size, 2);
    const lines = batches.flatMap((batch) => batch.lines.map(({ text }) => text));
    assert.deepEqual(lines, ["#Software: IIS", "one", "#Software: IIS", "two", "three"]);
  });

  it("reads what was appended to a file, and all of another that lies in its place", async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "a.log");
    const read = async (from: { name: string; position: LineBatch["position"] }[]) => {
      const batches = await importAll([file], "/a", from);
      const saved = batches.map(({ stream, position }) => ({ name: stream, position }));
      return { texts: batches.flatMap(({ lines }) => lines.map(({ text }) => text)), saved };
    };
    await writeFile(file, "a1\na2\n");
    const first = await read([]);
    await appendFile(file, "a3\n");
    const second = await read(first.saved);
    assert.deepEqual(second.texts, ["a3"]);
    // Rotated meanwhile: it begins in the same way and is longer than what was read.
    await rename(file, `${file}.1`);
    await writeFile(file, "a1\nb2\nb3\nb4\nb5\n");
    assert.deepEqual((await read(second.saved)).texts, ["a1", "b2", "b3", "b4", "b5"]);
    await rm(`${file}.1`);
    await truncate(file, 3);
    assert.deepEqual((await read(second.saved)).texts, ["a1"]);
  });

  it("names a file that is not there", async () => {
    await assert.rejects(importAll(["/nowhere/a.log"], "/a"), { code: "FILE_NOT_FOUND" });
  });
});
