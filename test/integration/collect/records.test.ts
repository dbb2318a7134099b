import assert from "node:assert/strict";
import { appendFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { journalctl } from "../../../src/collect/sources/journald.ts";
import { createLog } from "../../../src/lib/log.ts";
import { collecting, openHost } from "../../helpers/collecting.ts";
import { until } from "../../helpers/poll.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

describe("records and files that are easily mistaken", function () {
  this.timeout(30_000);
  const nowhere = { port: 1, user: "nobody", key: "unused", knownHosts: "unused" };
  const openLocal = () => openHost(nowhere, { read: "local" });

  it("hands the last record of several lines on when it has not grown for its time limit", async () => {
    await using folder = await temporaryFolder();
    const log = join(folder.path, "error.log");
    await writeFile(log, "[a] one\n  more\n");
    await using host = await openLocal();
    await using some = collecting(host, log, {
      options: { multiline: { starts: "^\\[", timeout: "500ms" } },
    });
    await some.until(["[a] one\n  more"]);
    await appendFile(log, "[b] two\n[c] three\n");
    await some.until(["[a] one\n  more", "[b] two", "[c] three"]);
    assert.deepEqual(some.offsets(), [0, 15, 23]);
  });

  it("knows a new file from the deleted one whose inode it got", async () => {
    // As ext4 gives the number out again at once; what is expected is the same where a file system does not.
    await using folder = await temporaryFolder();
    const log = join(folder.path, "app.log");
    await writeFile(log, "old one\nold two\n");
    await using host = await openLocal();
    const first = collecting(host, log);
    await first.until(["old one", "old two"]);
    await first[Symbol.asyncDispose]();
    await rm(log);
    // Longer than the old one, so that its size says nothing.
    const lines = Array.from({ length: 20 }, (_, i) => `new ${i}`);
    await writeFile(log, `${lines.join("\n")}\n`);
    await using second = collecting(host, log, { from: first.position() });
    await second.until(lines);
    assert.notEqual(second.origins()[0], first.origins()[0]);
  });

  it("says once that there is no such file, and reads it as soon as there is", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "late.log");
    const said: string[] = [];
    const log = createLog("warn", true, (text) => said.push(text.slice("00:00:00 ".length)));
    const place = `host.name="web1" log.file.path="${path}"`;
    await using host = await openHost(nowhere, { read: "local", log });
    await using some = collecting(host, path);
    await until("it is said", () => said.length > 0);
    await writeFile(path, "here\n");
    await some.until(["here"]);
    assert.deepEqual(said, [`warn  no such file: it is read as soon as it is there ${place}\n`]);
  });

  it("asks journalctl for the configured units only, whatever they are called", () => {
    assert.equal(
      journalctl({ units: ["ssh.service", "it's $(odd)"] }, { sudo: true }, "--lines=1", ""),
      `sudo -n journalctl --output=json --all --quiet --no-pager --unit='ssh.service' --unit='it'\\''s $(odd)' --lines=1`,
    );
  });
});
