import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createHosts } from "../../../src/collect/host.ts";
import { hostOptions } from "../../../src/collect/host-options.ts";
import { lookAtLogs } from "../../../src/commands/check-logs.ts";
import { logEntryOf } from "../../../src/config/schema.ts";
import { silentLog } from "../../../src/lib/log.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

/** What `check` says of logs with these paths, on a host that is this machine unless `more` says otherwise. */
async function check(paths: readonly string[], more: object = { read: "local" }) {
  await using hosts = await createHosts([hostOptions.parse({ name: "web1", ...more })], {
    once: true,
    log: silentLog,
    maxLineBytes: 1000,
  });
  const [host] = hosts.all;
  assert.ok(host);
  const entries = paths.map((path) => logEntryOf({ format: "system.auth", path }));
  return await lookAtLogs(host, entries, new AbortController().signal);
}

describe("leafwatch check of logs", () => {
  it("tells a file that is not there from one that is empty", async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, "empty.log"), "");
    await writeFile(join(folder.path, "full.log"), "a line\n");
    const paths = ["empty.log", "full.log", "none.log", "none*.log"];
    const found = await check(paths.map((name) => join(folder.path, name)));
    assert.deepEqual(
      found.map(({ ok, says }) => [ok, says.replaceAll(`${folder.path}/`, "")]),
      [
        [true, "readable: empty.log (no line yet)"],
        [true, "readable: full.log"],
        [false, "there is no such file on web1 [CHECK_NO_FILE]"],
        [false, "no file on web1 matches [CHECK_NO_FILE]"],
      ],
    );
    assert.match(found[2]?.what ?? "", /none\.log$/);
    assert.match(found[2]?.hint ?? "", /compare the path .* it is waited for/);
  });

  it("finds two entries that read one file", async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, "a.log"), "a line\n");
    const found = await check([join(folder.path, "*.log"), join(folder.path, "a.log")]);
    assert.equal(found[0]?.ok, true);
    assert.match(found[1]?.says ?? "", /web1: two entries .*a\.log \[SHIP_READ_TWICE\]/);
    assert.match(found[1]?.hint ?? "", /narrow the path/);
  });

  it("tells once what keeps us from a host", async () => {
    const away = { address: "127.0.0.1", port: 9, user: "nobody", host_key: "accept-new" };
    const found = await check(["/var/log/a.log", "/var/log/b.log"], away);
    assert.deepEqual(
      found.map(({ what, ok }) => [what, ok]),
      [["web1", false]],
    );
    assert.match(found[0]?.says ?? "", /\[SSH_\w+\]$/);
  });
});
