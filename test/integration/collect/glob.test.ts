import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sourceKinds } from "../../../src/collect/registry.ts";
import { openHost } from "../../helpers/collecting.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

describe("a glob that loses a file", function () {
  this.timeout(20_000);

  it("stops looking for it when the file is gone and read to its end", async () => {
    await using folder = await temporaryFolder();
    const log = join(folder.path, "a.log");
    await writeFile(log, "one\n");
    await using host = await openHost(
      { port: 1, user: "nobody", key: "unused", knownHosts: "unused" },
      { read: "local" },
    );
    const entry = sourceKinds.file.options.parse({
      path: `${folder.path}/*.log`,
      close_after: "300ms",
    });
    const stop = new AbortController();
    const streams = host.source({ format: "system.syslog", ...entry }).streams(stop.signal);
    const lines: string[] = [];
    for await (const stream of streams) {
      assert.equal(stream.name, log);
      for await (const batch of stream.batches(undefined, stop.signal)) {
        lines.push(...batch.lines.map((line) => line.text));
        await rm(log, { force: true });
      }
      // The batches have ended though nobody stopped them.
      assert.equal(stop.signal.aborted, false);
      break;
    }
    assert.deepEqual(lines, ["one"]);
  });
});
