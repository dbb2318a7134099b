import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { playKibana } from "../../helpers/play-kibana.ts";
import { setUp } from "./set-up.ts";

describe("importDashboards over TLS, against a play Kibana", () => {
  let folder: string;
  let tls: { key: string; cert: string };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "kibana-tls-"));
    await promisify(execFile)("openssl", [
      ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=kibana"],
      ...["-addext", "subjectAltName=IP:127.0.0.1"],
      ...["-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")],
    ]);
    tls = {
      key: await readFile(join(folder, "key.pem"), "utf8"),
      cert: await readFile(join(folder, "cert.pem"), "utf8"),
    };
  });

  after(() => rm(folder, { recursive: true }));

  it("trusts the authority that the config names", async () => {
    await using kibana = await playKibana({ tls });
    const { steps } = await setUp(kibana, { login: { ca: join(folder, "cert.pem") } });
    assert.ok(steps.length > 0);
  });

  it("refuses a certificate that nobody known has signed", async () => {
    await using kibana = await playKibana({ tls });
    await assert.rejects(setUp(kibana, {}), { code: "KIBANA_TLS" });
    assert.equal(kibana.requests.length, 0);
  });

  it("says that the other side speaks no TLS", async () => {
    await using kibana = await playKibana();
    await assert.rejects(setUp({ url: kibana.url.replace("http:", "https:") }, {}), {
      code: "KIBANA_TLS",
    });
  });

  it("says that the authority's file cannot be read", async () => {
    await using kibana = await playKibana({ tls });
    await assert.rejects(setUp(kibana, { login: { ca: join(folder, "none.pem") } }), {
      code: "KIBANA_TLS",
      message: /kibana\.ca: .*none\.pem cannot be read/,
    });
  });
});
