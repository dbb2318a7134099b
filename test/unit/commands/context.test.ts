import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { openReachable } from "../../../src/commands/context.ts";
import type { Io } from "../../../src/commands/io.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const io = (signal: AbortSignal): Io => ({
  stdin: Readable.from([]),
  out: async () => undefined,
  err: () => undefined,
  terminal: false,
  signal,
});

/** Opens a config whose Elasticsearch would be at `port`. */
async function openAt(port: number, signal: AbortSignal) {
  await using folder = await temporaryFolder();
  const config = join(folder.path, "leafwatch.yml");
  await writeFile(config, `elasticsearch: { url: "http://127.0.0.1:${port}" }\n`);
  await using _context = await openReachable({ config }, io(signal));
}

describe("a command that somebody waits for", () => {
  it("fails at once where Elasticsearch is down", async () => {
    const begun = Date.now();
    await assert.rejects(openAt(9, new AbortController().signal), { code: "ES_UNREACHABLE" });
    assert.ok(Date.now() - begun < 3000);
  });

  it("stops with the signal while nothing answers", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    const stop = new AbortController();
    silent.once("connection", () => {
      stop.abort();
    });
    const { port } = silent.address() as AddressInfo;
    await assert.rejects(openAt(port, stop.signal), { name: "AbortError" });
    silent.close();
  });
});
