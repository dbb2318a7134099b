import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { elasticsearchUrl } from "../../helpers/elasticsearch.ts";
import { hasSshd } from "../../helpers/sshd.ts";

const chaos = fileURLToPath(new URL("../../../scripts/chaos.ts", import.meta.url));

describe("chaos", function () {
  this.timeout(400_000);

  it("loses, doubles and changes no line in a short run", async function () {
    if (!hasSshd()) this.skip();
    const args = ["--import", "tsx", chaos, "--seed", "11", "--minutes", "0.2"];
    const env = { ...process.env, ELASTICSEARCH_URL: await elasticsearchUrl() };
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    const result = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;
    const { ok, missing, extra, altered } = result;
    assert.deepEqual(
      { ok, missing, extra, altered },
      { ok: true, missing: 0, extra: 0, altered: 0 },
    );
  });
});
