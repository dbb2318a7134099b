import assert from "node:assert/strict";
import { appendFile, copyFile, rename, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { plainContent } from "../../../src/collect/content.ts";
import { findFiles } from "../../../src/collect/discover.ts";
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
    await using followed = followFile(localFiles("web1"), undefined, {
      ...{ host: "web1", path, from: "beginning", once: false, closeAfterMs: 600_000 },
      ...{ maxLineBytes: 1e6, batchBytes: 1e6, log: silentLog },
    });
    const look = async () => {
      const texts: string[] = [];
      for await (const { lines } of followed.look(never))
        texts.push(...lines.map((line) => line.text));
      return texts;
    };
    assert.deepEqual(await look(), ["a1"]);
    await copyFile(path, `${path}.1`);
    await truncate(path, 0);
    assert.deepEqual(await look(), []);
    await rename(`${path}.1`, `${path}.2`);
    await appendFile(path, "b1\n");
    await copyFile(path, `${path}.1`);
    await truncate(path, 0);
    await appendFile(path, "c1\n");
    assert.deepEqual(await look(), ["b1", "c1"]);
  });
});
