import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { summaryKeys } from "../../../scripts/demo/summary.ts";
import { elasticsearchUrl } from "../../helpers/elasticsearch.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Starts the demo with a temporary folder of its own, so that what it leaves there can be seen. */
async function startDemo(folder: string, out: string) {
  const child = spawn(process.execPath, ["--import", "tsx", "scripts/demo.ts", "--out", out], {
    cwd: root,
    env: { ...process.env, ELASTICSEARCH_URL: await elasticsearchUrl(), TMPDIR: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (said.stderr += chunk.toString()));
  const ended = once(child, "close").then(([code]) => code as number | null);
  return { child, said, ended };
}

/* All of a demo is in test/walkthrough. */
describe("npm run demo", function () {
  this.timeout(420_000);

  it("stops at once on SIGINT, leaves nothing behind, and keeps an earlier result", async () => {
    await using folder = await temporaryFolder();
    await using target = await temporaryFolder();
    const earlier = Object.fromEntries(summaryKeys.map((key) => [key, 0]));
    await writeFile(join(target.path, "summary.json"), JSON.stringify(earlier));
    const { child, said, ended } = await startDemo(folder.path, target.path);
    // Once: a second signal would end the process without any cleaning up.
    child.stderr.on("data", () => {
      if (!child.killed && said.stderr.includes("Shipping")) child.kill("SIGINT");
    });
    assert.equal(await ended, 1);
    assert.match(said.stderr, /demo: stopped; nothing is left running/);
    assert.deepEqual(await readdir(target.path), ["summary.json"]);
    assert.deepEqual(await leftIn(folder.path), []);
  });
});

/** tsx keeps its own cache in the temporary folder. */
async function leftIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith("leafwatch-"));
}
