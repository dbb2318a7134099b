import assert from "node:assert/strict";
import { appendFile, chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "@elastic/elasticsearch";
import { stringify } from "yaml";
import { openContext } from "../../../src/commands/context.ts";
import { shipAll } from "../../../src/commands/shipping.ts";
import { startElasticsearch } from "../../../src/es/local.ts";
import { setup } from "../../../src/es/templates.ts";
import { createMetrics } from "../../../src/observe/metrics.ts";
import { foundSoFar, randomNamespace } from "../../helpers/elasticsearch.ts";
import { until } from "../../helpers/poll.ts";
import { hasSshd, startSshd } from "../../helpers/sshd.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const patienceMs = 120_000;

describe("an Elasticsearch that is stopped", function () {
  this.timeout(600_000);
  before(function () {
    if (!hasSshd()) this.skip(); // apt-get install openssh-server
  });

  it("and started again after the log was rotated twice has each line once", async () => {
    await using folder = await temporaryFolder();
    await using sshd = await startSshd();
    const data = join(folder.path, "elasticsearch");
    await chmod(folder.path, 0o755); // the server runs as another user when we are root
    await mkdir(data);
    const path = join(folder.path, "syslog");
    const written: string[] = [];
    const write = async (count: number) => {
      const lines = Array.from(
        { length: count },
        (_, n) => `2026-11-22T12:00:00+00:00 h1 app[7]: line ${written.length + n}`,
      );
      written.push(...lines);
      await appendFile(path, `${lines.join("\n")}\n`);
    };
    const rotate = async () => {
      await rename(`${path}.1`, `${path}.2`).catch(() => undefined);
      await rename(path, `${path}.1`);
    };
    const stop = new AbortController();
    let server = await startElasticsearch({ folder: data }, stop.signal);
    const { url } = server;
    const client = new Client({ node: url });
    const namespace = randomNamespace();
    const config = join(folder.path, "leafwatch.yml");
    await writeFile(
      config,
      stringify({
        namespace,
        elasticsearch: { url },
        enrich: { geoip: false, user_agent: false },
        hosts: [
          {
            ...{
              name: "h1",
              address: "127.0.0.1",
              port: sshd.port,
              user: sshd.user,
              poll: "200ms",
            },
            auth: { key: sshd.key },
            known_hosts_file: sshd.knownHosts,
            logs: [{ format: "system.syslog", path: `${path}*` }],
          },
        ],
      }),
    );
    const said: string[] = [];
    await using context = await openContext(
      { config },
      {
        ...{ stdin: process.stdin, out: () => Promise.resolve(), terminal: false },
        err: (text) => said.push(text),
        signal: stop.signal,
      },
    );
    let shipping: Promise<unknown> = Promise.resolve();
    try {
      await setup(client, { namespace, retentionMs: 86_400_000 }, stop.signal);
      await write(1000);
      shipping = shipAll(context, { once: false, metrics: createMetrics() }, stop.signal);
      const index = `logs-system.syslog-${namespace}`;
      const stored = async () => {
        await client.indices.refresh({ index, ignore_unavailable: true });
        interface Stored {
          event: { original: string };
        }
        const hits = await foundSoFar<Stored>(client, { index, size: 10_000 });
        return hits.map(({ _source }) => _source?.event.original ?? "");
      };
      await until(
        "the first lines are stored",
        async () => (await stored()).length >= 1000,
        patienceMs,
      );
      await write(500);
      await server[Symbol.asyncDispose]();
      for (let rotation = 0; rotation < 2; rotation++) {
        await write(500);
        await rotate();
        await write(500);
      }
      await until("the outage is told", () => said.some((line) => line.includes(url)), patienceMs);
      server = await startElasticsearch(
        { folder: data, port: Number(new URL(url).port) },
        stop.signal,
      );
      await until(
        "every line is stored",
        async () => (await stored().catch(() => [])).length >= written.length,
        patienceMs,
      );
      assert.deepEqual((await stored()).sort(), [...written].sort());
    } finally {
      stop.abort();
      await shipping.catch(() => undefined);
      await client.close();
      await server[Symbol.asyncDispose]();
    }
  });
});
