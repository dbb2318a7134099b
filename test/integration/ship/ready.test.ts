import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { startFaultProxy } from "../../../scripts/chaos/fault-proxy.ts";
import { setup } from "../../../src/es/templates.ts";
import {
  elasticsearchUrl,
  randomNamespace,
  removeNamespace,
  testClient,
} from "../../helpers/elasticsearch.ts";
import { until } from "../../helpers/poll.ts";
import { freePort } from "../../helpers/sshd.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const cli = fileURLToPath(new URL("../../../src/cli.ts", import.meta.url));
const patienceMs = 120_000;

describe("the readiness of a shipper", function () {
  this.timeout(600_000);

  it("names an Elasticsearch that is not there, at the start and later, and is not lost for a host that is down", async () => {
    const client = await testClient();
    const namespace = randomNamespace();
    await using folder = await temporaryFolder();
    const { hostname, port } = new URL(await elasticsearchUrl());
    await using proxy = await startFaultProxy({ host: hostname, port: Number(port) });
    await setup(client, { namespace, retentionMs: 86_400_000 }, AbortSignal.timeout(60_000));
    const log = join(folder.path, "a.log");
    const line = (n: number) => `2026-11-22T12:00:0${n}+00:00 h1 app[7]: line ${n}\n`;
    await writeFile(log, line(1));
    const listen = `127.0.0.1:${await freePort()}`;
    const config = join(folder.path, "leafwatch.yml");
    const logs = [{ format: "system.syslog", path: log }];
    const down = {
      ...{ address: "127.0.0.1", port: await freePort(), user: "nobody" },
      ...{ auth: { password: "none" }, host_key: `SHA256:${"A".repeat(43)}` },
    };
    await writeFile(
      config,
      stringify({
        ...{ namespace, listen, elasticsearch: { url: `http://127.0.0.1:${proxy.port}` } },
        enrich: { geoip: false, user_agent: false },
        hosts: [
          { name: "here", read: "local", poll: "200ms", logs },
          { name: "down", ...down, logs },
        ],
      }),
    );
    proxy.refuse(true);
    const shipper = spawn(process.execPath, ["--import", "tsx", cli, "ship", "--config", config], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    shipper.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const ended = once(shipper, "exit");
    const answer = async (path: string) => {
      const response = await fetch(`http://${listen}${path}`).catch(() => undefined);
      return response && `${response.status} ${await response.text()}`;
    };
    const untilReady = (wanted: RegExp) =>
      until(
        `/readyz answers ${String(wanted)}`,
        async () => wanted.test((await answer("/readyz")) ?? ""),
        patienceMs,
      );
    const untilStored = (count: number) =>
      until(
        `${count} lines are stored`,
        async () => {
          const index = `logs-system.syslog-${namespace}`;
          await client.indices.refresh({ index, ignore_unavailable: true });
          // 503 while the shard of a new index starts: then there is no count.
          const found = await client.count({ index, ignore_unavailable: true }, { ignore: [503] });
          return found.count === count;
        },
        patienceMs,
      );
    try {
      await untilReady(/^503 waiting for Elasticsearch: Elasticsearch at .* cannot be reached/);
      assert.equal(await answer("/healthz"), "200 ok\n");
      proxy.refuse(false);
      await untilReady(/^200 ok/);
      await untilStored(1);
      await until("the host is named", () => said.includes("cannot connect to the host"));
      assert.match(said, /down \(127\.0\.0\.1:\d+\) cannot be reached/);
      assert.match(said, /nothing listens there: is sshd running, is the port right\?/);
      assert.equal(await answer("/readyz"), "200 ok\n");

      proxy.refuse(true);
      await appendFile(log, line(2));
      await untilReady(/^503 shipping waits: Elasticsearch at /);
      proxy.refuse(false);
      await untilReady(/^200 ok/);
      await untilStored(2);
      shipper.kill("SIGTERM");
      assert.deepEqual(await ended, [0, null]);
    } finally {
      shipper.kill("SIGKILL");
      await ended;
      await removeNamespace(client, namespace);
      await client.close();
    }
  });
});
