import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, openSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Client } from "@elastic/elasticsearch";
import { stringify } from "yaml";
import { createDocuments } from "../../../src/es/documents.ts";
import { setup } from "../../../src/es/templates.ts";
import type { Lease } from "../../../src/ship/leases.ts";
import {
  elasticsearchUrl,
  randomNamespace,
  removeNamespace,
  testClient,
} from "../../helpers/elasticsearch.ts";
import { until } from "../../helpers/poll.ts";
import { hasSshd, startSshd } from "../../helpers/sshd.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const { signal } = new AbortController();
const script = fileURLToPath(new URL("../../helpers/ship-process.ts", import.meta.url));
/** The product's own are 5 s and 30 s: LEASES=usual takes those, and then five minutes are not too many. */
const usual = process.env["LEASES"] === "usual";
const leases = usual ? { everyMs: 5000, staleMs: 30_000 } : { everyMs: 500, staleMs: 5000 };
const hosts = ["h1", "h2", "h3", "h4", "h5", "h6"];
const patienceMs = 120_000;

describe("shipper processes", function () {
  this.timeout(900_000);
  let client: Client;
  let namespace: string;

  before(async function () {
    if (!hasSshd()) this.skip(); // apt-get install openssh-server
    client = await testClient();
    namespace = randomNamespace();
    await setup(client, { namespace, retentionMs: 86_400_000 }, signal);
  });
  after(async () => {
    await removeNamespace(client, namespace);
  });

  it("share the hosts, take over from the killed and the stopped, and store each line once", async () => {
    await using folder = await temporaryFolder();
    await using sshd = await startSshd();
    const config = join(folder.path, "leafwatch.yml");
    const pathOf = (host: string) => join(folder.path, `${host}.log`);
    await writeFile(config, stringify(await configOf(sshd, namespace, pathOf)));
    const written: string[] = [];
    let turn = 0;
    const writing = setInterval(() => {
      for (const host of hosts) {
        const line = `2026-11-22T12:00:00+00:00 ${host} app[7]: line ${turn} of ${host}`;
        written.push(line);
        appendFileSync(pathOf(host), `${line}\n`);
      }
      turn++;
    }, 20);
    const processes = ["a", "b", "c"].map((name) =>
      shipperProcess(config, join(folder.path, `${name}.err`)),
    );
    const [a, b, c] = processes;
    assert.ok(a && b && c);
    try {
      a.start();
      await untilShared([a.pid, 6]);
      b.start();
      await untilShared([a.pid, 3], [b.pid, 3]);
      c.start();
      await untilShared([a.pid, 2], [b.pid, 2], [c.pid, 2]);

      const killed = c.pid;
      await c.kill("SIGKILL");
      await untilShared([a.pid, 3], [b.pid, 3], [killed, 0]);

      b.signal("SIGSTOP");
      await untilShared([a.pid, 6], [b.pid, 0]);
      // What the sleeper has under way would now be stored a second time, were it sent again.
      await client.indices.rollover({ alias: `logs-system.syslog-${namespace}` });
      b.signal("SIGCONT");
      await untilShared([a.pid, 3], [b.pid, 3]);

      await a.kill("SIGTERM");
      await untilShared([b.pid, 6]);
      clearInterval(writing);
      await untilStored(written);
    } catch (error) {
      const told = ["a", "b", "c"].map((name) =>
        readFileSync(join(folder.path, `${name}.err`), "utf8").slice(-3000),
      );
      throw new Error(`the shippers said: ${told.join("\n---\n")}`, { cause: error });
    } finally {
      clearInterval(writing);
      b.signal("SIGCONT");
      for (const one of processes) await one.kill("SIGKILL");
    }
    assert.deepEqual((await stored()).sort(), [...written].sort());
  });

  /** Waits until each process, by its pid, holds as many hosts. */
  async function untilShared(...shares: [number, number][]): Promise<void> {
    const documents = createDocuments<Lease>(client, `leafwatch-leases-${namespace}`);
    const begun = Date.now();
    await until(
      `the hosts are shared ${JSON.stringify(shares)}`,
      async () => {
        const all = await documents.list({}, signal).catch(() => []);
        const holders = all.flatMap(({ doc }) =>
          doc.kind === "host" ? [Number(doc.owner.split("|")[1])] : [],
        );
        return shares.every(
          ([pid, count]) => holders.filter((holder) => holder === pid).length === count,
        );
      },
      patienceMs,
    );
    if (usual) assert.ok(Date.now() - begun <= 45_000, "rebalanced within 45 s");
  }

  async function untilStored(written: readonly string[]): Promise<void> {
    await until(
      "every line is stored",
      async () => (await stored()).length >= written.length,
      patienceMs,
    );
  }

  /** The lines of all documents, doubles among them. */
  async function stored(): Promise<string[]> {
    const index = `logs-system.syslog-${namespace}`;
    await client.indices.refresh({ index });
    const lines: string[] = [];
    let after: (string | number)[] | undefined;
    for (;;) {
      const { hits } = await client.search<{ event: { original: string } }>({
        index,
        size: 10_000,
        sort: [{ "host.name": "asc" }, { "log.offset": "asc" }, { _index: "asc" }],
        _source: ["event.original"],
        ...(after && { search_after: after }),
      });
      for (const { _source } of hits.hits) lines.push(_source?.event.original ?? "");
      const last = hits.hits.at(-1)?.sort;
      if (!last) return lines;
      after = last as (string | number)[]; // a name, an offset and an index
    }
  }
});

async function configOf(
  sshd: { port: number; user: string; key: string; knownHosts: string },
  namespace: string,
  pathOf: (host: string) => string,
) {
  return {
    namespace,
    elasticsearch: { url: await elasticsearchUrl() },
    enrich: { geoip: false, user_agent: false },
    hosts: hosts.map((name) => ({
      ...{ name, address: "127.0.0.1", port: sshd.port, user: sshd.user, poll: "200ms" },
      auth: { key: sshd.key },
      known_hosts_file: sshd.knownHosts,
      logs: [{ format: "system.syslog", path: pathOf(name) }],
    })),
  };
}

function shipperProcess(config: string, errors: string) {
  let child: ChildProcess | undefined;
  const log = openSync(errors, "a");
  return {
    get pid() {
      return child?.pid ?? 0;
    },
    start() {
      const times = [String(leases.everyMs), String(leases.staleMs)];
      child = spawn(process.execPath, ["--import", "tsx", script, config, ...times], {
        stdio: ["ignore", log, log],
      });
    },
    signal(name: NodeJS.Signals) {
      child?.kill(name);
    },
    async kill(name: NodeJS.Signals) {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill(name);
      await ended;
    },
  };
}
