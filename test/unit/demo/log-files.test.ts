import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { createLogFiles } from "../../../scripts/demo/log-files.ts";
import { writeRotated } from "../../../scripts/demo/rotation.ts";
import { createWorld } from "../../../scripts/demo/world.ts";
import { logs } from "../../../scripts/demo/world/log-line.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

describe("the demo's log files", () => {
  const now = Date.parse("2026-11-20T14:00:00Z");
  const options = { now, weeks: 3, members: 20 };

  // Three rotations before 20 November: on the 15th, the 8th and the 1st.
  for (const [log, names] of [
    [logs.access, ["access.log.3.gz", "access.log.2.gz", "access.log.1", "access.log"]],
    [logs.auth, ["auth.log-20261101.gz", "auth.log-20261108.gz", "auth.log-20261115", "auth.log"]],
    [
      logs.courses,
      [
        ...["access-20261101.log.gz", "access-20261108.log.gz"],
        ...["access-20261115.log", "access.log"],
      ],
    ],
  ] as const) {
    it(`of the kind ${log.rotation} rotate weekly as logrotate does, and hold every line at its offset`, async () => {
      await using folder = await temporaryFolder();
      await using files = createLogFiles(folder.path);
      const world = createWorld(options);
      const own = [...world.history()].filter(
        ({ host, path }) => host === log.host && path === log.path,
      );
      await writeRotated(files, own, { now, timezone: world.timezone });
      const place = join(files.root(log.host), log.path, "..");
      assert.deepEqual((await readdir(place)).sort(), [...names].sort());
      const parts = await Promise.all(
        names.map(async (name) => {
          const bytes = await readFile(join(place, name));
          return name.endsWith(".gz") ? gunzipSync(bytes) : bytes;
        }),
      );
      const text = files.written.map(({ line }) => `${line}\n`).join("");
      assert.equal(Buffer.concat(parts).toString(), text);
      let part = -1;
      for (const { offset, line } of files.written) {
        if (offset === 0) part++;
        assert.equal(parts[part]?.subarray(offset, offset + line.length).toString(), line);
      }
      assert.equal(part, parts.length - 1);
    });
  }

  it("of IIS begin anew each week, with directives that are no lines of the log", async () => {
    await using folder = await temporaryFolder();
    await using files = createLogFiles(folder.path);
    const world = createWorld(options);
    const own = [...world.history()].filter(({ dataset }) => dataset === logs.intranet.dataset);
    await writeRotated(files, own, { now, timezone: world.timezone });
    const paths = [...new Set(files.written.map(({ path }) => path))];
    assert.ok(paths.length >= 4, paths.join());
    for (const path of paths) {
      const text = await readFile(join(files.root("dc1"), path), "utf8");
      const first = files.written.find((line) => line.path === path);
      assert.match(text.slice(0, first?.offset), /^(#.*\r\n){3}$/);
      const lines = files.written.filter((line) => line.path === path);
      assert.equal(text.slice(first?.offset), lines.map(({ line }) => `${line}\r\n`).join(""));
    }
  });

  it("number the events of an event log, and put the number into each", async () => {
    await using folder = await temporaryFolder();
    await using files = createLogFiles(folder.path);
    await writeRotated(files, [...createWorld(options).attack(now)], { now, timezone: "UTC" });
    const written = files.written.filter(({ host }) => host === "dc1");
    assert.equal(written.length, 21);
    for (const [i, { offset, line }] of written.entries()) {
      assert.equal(offset, i + 1);
      assert.ok(line.includes(`<EventRecordID>${i + 1}</EventRecordID>`), line);
    }
    assert.deepEqual(
      files
        .eventLogs("dc1")
        .get("Security")
        ?.events.map(({ xml }) => xml),
      written.map(({ line }) => line),
    );
  });

  it("are written on into the renamed file until they are opened anew", async () => {
    await using folder = await temporaryFolder();
    await using files = createLogFiles(folder.path);
    const write = (line: string) => files.append([{ ...logs.access, time: 1_000, line }]);
    await write("before");
    await files.rotate(logs.access);
    await write("late");
    await files.reopen(logs.access);
    await write("after");
    const live = join(files.root("web1"), logs.access.path);
    assert.equal(await readFile(`${live}.1`, "utf8"), "before\nlate\n");
    assert.equal(await readFile(live, "utf8"), "after\n");
    assert.deepEqual(
      files.written.map(({ offset }) => offset),
      [0, 7, 0],
    );
  });
});
