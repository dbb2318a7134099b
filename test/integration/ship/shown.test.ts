import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { Command } from "commander";
import { importCommand } from "../../../src/commands/import.ts";
import { shipCommand } from "../../../src/commands/ship.ts";
import { elasticsearchUrl } from "../../helpers/elasticsearch.ts";
import { openNamespace } from "../../helpers/own-namespace.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const { signal } = new AbortController();
const line = (n: number) =>
  `192.0.2.${n} - - [22/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 12 "-" "-"\n`;

describe("shipping by hand", function () {
  this.timeout(120_000);

  it("ends when a search finds what was stored, by import and by ship --once", async () => {
    await using own = await openNamespace();
    await using folder = await temporaryFolder();
    const { client, namespace } = own;
    const config = join(folder.path, "leafwatch.yml");
    const live = join(folder.path, "access.log");
    const old = join(folder.path, "old.log");
    await writeFile(live, line(1) + line(2));
    await writeFile(old, line(3));
    await writeFile(
      config,
      `namespace: ${namespace}
elasticsearch: { url: "${await elasticsearchUrl()}" }
hosts: [{ name: web1, read: local, logs: [{ format: apache.access, path: "${live}" }] }]
`,
    );
    const run = async (...words: string[]) => {
      let out = "";
      const program = new Command().exitOverride();
      for (const add of [importCommand, shipCommand]) {
        add(program, {
          stdin: Readable.from([]),
          out: async (text) => {
            out += text.toString();
          },
          err: () => undefined,
          terminal: false,
          signal,
        });
      }
      await program.parseAsync([...words, "--json", "--config", config], { from: "user" });
      return JSON.parse(out) as unknown;
    };
    const found = async () =>
      (await client.count({ index: `logs-apache.access-${namespace}` })).count;

    const from = ["--format", "apache.access", "--host", "web1", "--path", "/var/log/access.log"];
    assert.deepEqual(await run("import", ...from, old), {
      stored: 1,
      existed: 0,
      dead_lettered: 0,
    });
    assert.equal(await found(), 1);
    assert.deepEqual(await run("ship", "--once"), { stored: 2, dead_lettered: 0, failed: [] });
    assert.equal(await found(), 3);
  });
});
