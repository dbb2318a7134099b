import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs a command to its end; its exit code and what it printed. */
async function run(
  command: string,
  args: readonly string[],
  cwd = process.cwd(),
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.on("data", (text: Buffer) => (out += text.toString()));
  child.stderr.on("data", (text: Buffer) => (err += text.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, out, err };
}

describe("what the README tells a new user", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "leafwatch-walk-"));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("npm run build makes a program that writes a config it accepts", async () => {
    const dist = join(process.cwd(), "dist/cli.js");
    assert.equal((await run("npm", ["run", "build"])).code, 0);
    const init = await run("node", [dist, "init", "--yes"], folder);
    assert.equal(init.code, 0, init.err);
    const rules = await run("node", [dist, "rules", "check"], folder);
    assert.equal(rules.code, 0, rules.err);
    const tests = await run("node", [dist, "rules", "test", "--json"], folder);
    assert.equal((JSON.parse(tests.out) as { ok: boolean }).ok, true);
    const again = await run("node", [dist, "init", "--yes"], folder);
    assert.equal(again.code, 1);
    assert.match(again.err, /exists already/);
  });

  it("a wrong word on the command line or in the config ends with 2", async () => {
    const dist = join(process.cwd(), "dist/cli.js");
    assert.equal((await run("node", [dist, "shp"], folder)).code, 2);
    assert.equal((await run("node", [dist, "parse", "--format", "nope"], folder)).code, 2);
    assert.equal((await run("node", [dist, "ship", "--config", "none.yml"], folder)).code, 2);
  });
});
