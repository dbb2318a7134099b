import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { lookAtFiles } from "../../../src/commands/check-files.ts";
import { configSchema } from "../../../src/config/schema.ts";
import { createMetrics } from "../../../src/observe/metrics.ts";
import { serveHealth } from "../../../src/observe/server.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const check = async (config: object) =>
  lookAtFiles(configSchema.parse(config), new AbortController().signal);

const checkIn = { weekday: "thursday", match: { "event.action": "ssh_login" } };

describe("leafwatch check of what this machine holds", () => {
  it("looks at nothing that the config does not name", async () => {
    assert.deepEqual(await check({}), []);
  });

  it("finds files that would stop other commands", async () => {
    const found = await check({
      watch: { mutes: "/no/mutes.yml" },
      enrich: { geoip: "/no/city.mmdb", indicators: ["/no/list.txt"] },
      check_in: { ...checkIn, roster: "/no/roster.txt" },
    });
    assert.deepEqual(
      found.map(({ what, ok, says }) => [what, ok, /\[(\w+)\]$/.exec(says)?.[1]]),
      [
        ["mutes", false, "MUTES_UNREADABLE"],
        ["enrich.geoip", false, "ENRICH_GEOIP_UNREADABLE"],
        ["enrich.indicators", false, "ENRICH_INDICATORS_UNREADABLE"],
        ["roster", false, "REPORT_ROSTER_UNREADABLE"],
      ],
    );
    assert.ok(found.every(({ hint }) => hint));
  });

  it("says what is in those that can be read", async () => {
    await using folder = await temporaryFolder();
    const path = (name: string) => join(folder.path, name);
    await writeFile(path("mutes.yml"), "version: 1\n");
    await writeFile(path("list.txt"), "192.0.2.1\n");
    await writeFile(path("roster.txt"), "alice\nbob\n");
    const found = await check({
      watch: { mutes: path("mutes.yml") },
      enrich: { indicators: [path("list.txt")] },
      check_in: { ...checkIn, roster: path("roster.txt") },
    });
    assert.deepEqual(
      found.map(({ what, says }) => [what, says]),
      [
        ["mutes", "0 mutes"],
        ["enrich.indicators", "1 file readable"],
        ["roster", "2 members"],
      ],
    );
  });

  it("tells a port that somebody else holds from a leafwatch that runs", async () => {
    await using ours = await serveHealth("127.0.0.1:0", createMetrics(), () => []);
    const [running] = await check({ listen: `127.0.0.1:${ours.port}` });
    assert.deepEqual([running?.ok, running?.says.includes("a leafwatch serves")], [true, true]);
    const other = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const [taken] = await check({ listen: `127.0.0.1:${port}` });
    other.close();
    assert.match(taken?.says ?? "", /\[OBSERVE_LISTEN\]$/);
    const [free] = await check({ listen: `127.0.0.1:${port}` });
    assert.equal(free?.ok, true);
  });
});
