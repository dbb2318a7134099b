import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exampleConfig } from "../../../src/config/example.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { AppError } from "../../../src/lib/errors.ts";

const bad = "test/fixtures/config/bad";

async function problemsOf(path: string): Promise<string> {
  try {
    await loadConfig(path);
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.code, "CONFIG_INVALID");
    return `${error.message.replaceAll(`${path}:`, "")}\n`;
  }
  return "accepted\n";
}

describe("the config", () => {
  for (const name of readdirSync(bad).filter((file) => file.endsWith(".yml"))) {
    it(`is refused: ${name.replace(/\.yml$/, "").replaceAll("-", " ")}`, async () => {
      const path = join(bad, name);
      const expected = path.replace(/\.yml$/, ".txt");
      const seen = await problemsOf(path);
      if (process.env["UPDATE_GOLDEN"]) writeFileSync(expected, seen);
      assert.equal(seen, readFileSync(expected, "utf8"));
    });
  }

  describe("written by init", () => {
    let folder = "";
    before(() => {
      folder = mkdtempSync(join(tmpdir(), "leafwatch-config-"));
    });
    after(() => {
      rmSync(folder, { recursive: true });
    });

    it("is accepted as it stands", async () => {
      const path = join(folder, "leafwatch.yml");
      writeFileSync(path, exampleConfig());
      const config = await loadConfig(path);
      assert.equal(config.retention, 400 * 86_400_000);
      assert.equal(config.hosts[0]?.logs.length, 3);
    });

    it("takes answers with any characters", async () => {
      const path = join(folder, "odd.yml");
      writeFileSync(path, exampleConfig({ user: "a: b # c", host: "- [x]" }));
      const config = await loadConfig(path);
      assert.equal(config.hosts[0]?.user, "a: b # c");
      assert.equal(config.hosts[0].address, "- [x]");
    });
  });

  it("that is not there says how to get one", async () => {
    await assert.rejects(loadConfig("/no/such/leafwatch.yml"), {
      code: "CONFIG_MISSING",
      hint: /leafwatch init/,
    });
  });
});
