import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { createLogFiles, writeRotated } from "../../../scripts/demo/log-files.ts";
import { createWorld } from "../../../scripts/demo/world.ts";
import { logs } from "../../../scripts/demo/world/log-line.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

describe("the demo's log files", () => {
  it("rotate weekly as logrotate does, and hold every line at its offset", async () => {
    await using folder = await temporaryFolder();
    await using files = createLogFiles(folder.path);
    const world = createWorld({ now: Date.parse("2026-11-20T14:00:00Z"), weeks: 3, members: 20 });
    await writeRotated(files, world.history(), world.timezone);
    for (const { host, path } of Object.values(logs)) {
      const live = join(files.root(host), path);
      const names = (await readdir(join(live, ".."))).filter((name) =>
        live.endsWith(name.replace(/\.\d.*/, "")),
      );
      assert.equal(names.length, 4); // three Sundays
      const read = async (suffix: string) => readFile(`${live}${suffix}`);
      const oldest = [gunzipSync(await read(".3.gz")), gunzipSync(await read(".2.gz"))];
      const parts = [...oldest, await read(".1"), await read("")];
      const written = files.written.filter((line) => line.host === host && line.path === path);
      const text = written.map(({ line }) => `${line}\n`).join("");
      assert.equal(Buffer.concat(parts).toString(), text);
      let part = -1;
      for (const { offset, line } of written) {
        if (offset === 0) part++;
        assert.equal(parts[part]?.subarray(offset, offset + line.length).toString(), line);
      }
      assert.equal(part, parts.length - 1);
    }
  });

  it("are written on into the renamed file until they are opened anew", async () => {
    await using folder = await temporaryFolder();
    await using files = createLogFiles(folder.path);
    const write = (line: string) => files.append([{ ...logs.auth, time: 1_000, line }]);
    await write("before");
    await files.rotate(logs.auth);
    await write("late");
    await files.reopen(logs.auth);
    await write("after");
    const live = join(files.root("app1"), logs.auth.path);
    assert.equal(await readFile(`${live}.1`, "utf8"), "before\nlate\n");
    assert.equal(await readFile(live, "utf8"), "after\n");
    assert.deepEqual(
      files.written.map(({ offset }) => offset),
      [0, 7, 0],
    );
  });
});
