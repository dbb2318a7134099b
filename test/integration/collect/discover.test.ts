import assert from "node:assert/strict";
import {
  appendFile,
  copyFile,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { plainContent } from "../../../src/collect/content.ts";
import { findFiles } from "../../../src/collect/discover.ts";
import type { FileAccess } from "../../../src/collect/files.ts";
import { followFile } from "../../../src/collect/follow.ts";
import { localFiles } from "../../../src/collect/local-files.ts";
import { closeFile, freshFile, learn } from "../../../src/collect/tracked-file.ts";
import { silentLog } from "../../../src/lib/log.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const never = new AbortController().signal;

describe("finding the files of a stream", () => {
  it("does not take new contents under an open handle for what was truncated there", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "app.log");
    const place = { host: "web1", path, log: silentLog };
    const files = localFiles("web1");
    await writeFile(path, "a1\n");
    const old = freshFile(path, false, true);
    old.content = plainContent(await files.open(path, never));
    learn(old, await old.content.head(never), place);
    Object.assign(old, { offset: 3, size: 3 });

    await appendFile(path, "a2\n");
    await copyFile(path, `${path}.1`);
    await truncate(path, 0);
    await appendFile(path, "c1 is longer than all that was there\n");
    const { tracked, vanished } = await findFiles(files, [old], place, never);

    assert.deepEqual(
      tracked.map(({ name, offset, live }) => [name, offset, live]),
      [
        [`${path}.1`, 3, false],
        [path, 0, true],
      ],
    );
    assert.deepEqual(vanished, []);
    for (const file of tracked) await closeFile(file);
  });

  it("reads an older file that was lost sight of before a newer one that is already open", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "app.log");
    const place = { host: "web1", path, log: silentLog };
    const files = localFiles("web1");
    for (const [name, text] of [
      [`${path}.3`, "a1\n"],
      [`${path}.2`, "b1\n"],
      [`${path}.1`, "c1\n"],
      [path, "d1\n"],
    ] as const) {
      await writeFile(name, text);
    }
    const known = async (name: string) => {
      const file = freshFile(name, false, false);
      file.content = plainContent(await files.open(name, never));
      learn(file, await file.content.head(never), place);
      return file;
    };
    const read = Object.assign(await known(`${path}.3`), { offset: 3, size: 3 });
    const open = await known(`${path}.1`);
    const { tracked, vanished } = await findFiles(files, [read, open], place, never);

    assert.deepEqual(
      tracked.map(({ name, offset }) => [name, offset]),
      [
        [`${path}.3`, 3],
        [`${path}.2`, 0],
        [`${path}.1`, 0],
        [path, 0],
      ],
    );
    assert.deepEqual(vanished, []);
    for (const file of tracked) await closeFile(file);
  });

  it("finds what came and was copied away between two looks at an empty file", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "app.log");
    await writeFile(path, "a1\n");
    await using app = following(localFiles("web1"), path);
    assert.deepEqual(await app.look(), ["a1"]);
    await copyFile(path, `${path}.1`);
    await truncate(path, 0);
    assert.deepEqual(await app.look(), []);
    await rename(`${path}.1`, `${path}.2`);
    await appendFile(path, "b1\n");
    await copyFile(path, `${path}.1`);
    await truncate(path, 0);
    await appendFile(path, "c1\n");
    assert.deepEqual(await app.look(), ["b1", "c1"]);
  });

  for (const first of [true, false]) {
    const when = first ? "at the first look" : "at a later look";
    it(`finds what was compressed after the folder was listed, ${when}`, async () => {
      await using folder = await temporaryFolder();
      const path = join(folder.path, "app.log");
      const files = localFiles("web1");
      let compressed = 0;
      /** What logrotate does before it renames the live file. */
      async function compress() {
        if (compressed > 0 || !(await stat(`${path}.1`).catch(() => undefined))) return;
        compressed++;
        await writeFile(`${path}.1.gz`, gzipSync(await readFile(`${path}.1`)));
        await rm(`${path}.1`);
      }
      await writeFile(path, "a1\n");
      await using app = following({ ...files, list: listThen(files, compress) }, path);
      if (!first) assert.deepEqual(await app.look(), ["a1"]);
      await rename(path, `${path}.2`);
      await writeFile(`${path}.1`, "b1\n");
      await writeFile(path, "c1\n");
      assert.deepEqual(await app.look(), first ? ["a1", "b1", "c1"] : ["b1", "c1"]);
      assert.equal(compressed, 1);
    });
  }

  it("does not take a file whose beginning it knows only in part for another that begins alike", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "app.log");
    const place = { host: "web1", path, log: silentLog };
    const begun = Object.assign(freshFile(path, false, false), { offset: 3, size: 3, done: true });
    learn(begun, Buffer.from("a1\n"), place);
    const glimpsed = freshFile(path, false, false);
    learn(glimpsed, Buffer.from("2026-"), place);
    await writeFile(`${path}.3`, "a1\n");
    await writeFile(`${path}.2.gz`, gzipSync("2026-11-22 b1\n"));
    await writeFile(`${path}.1`, "2026-11-22 c1\n");
    await writeFile(path, "2026-11-22 d1\n");
    const { tracked } = await findFiles(localFiles("web1"), [begun, glimpsed], place, never);
    assert.deepEqual(
      tracked.map(({ name, offset }) => [name, offset]),
      [
        [`${path}.3`, 3],
        [`${path}.2.gz`, 0],
        [`${path}.1`, 0],
        [path, 0],
      ],
    );
    for (const file of tracked) await closeFile(file);
  });
});

/** `path` as it is followed, look by look. */
function following(files: FileAccess, path: string) {
  const followed = followFile(files, undefined, {
    ...{ host: "web1", path, from: "beginning", once: false, closeAfterMs: 600_000 },
    ...{ maxLineBytes: 1e6, batchBytes: 1e6, log: silentLog },
  });
  return {
    async look() {
      const texts: string[] = [];
      for await (const { lines } of followed.look(never))
        texts.push(...lines.map((line) => line.text));
      return texts;
    },
    [Symbol.asyncDispose]: () => followed[Symbol.asyncDispose](),
  };
}

function listThen(files: FileAccess, change: () => Promise<void>): FileAccess["list"] {
  return async (path, signal) => {
    const names = await files.list(path, signal);
    await change();
    return names;
  };
}
