import { join } from "node:path";
import type { Client } from "@elastic/elasticsearch";
import { createClient } from "../../src/es/client.ts";
import { startElasticsearch } from "../../src/es/local.ts";
import { setup } from "../../src/es/templates.ts";
import { hasSshd, startSshd } from "../../test/helpers/sshd.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import type { BenchResult } from "../bench.ts";
import { compiled } from "./compiled.ts";
import { median } from "./cpu.ts";
import { ceiling, readyBodies } from "./ship-ceiling.ts";
import { benchFields } from "./ship-mapping.ts";
import { measurePeers } from "./ship-peers.ts";
import type { Shipped, Task } from "./ship-reader.ts";
import { atRest, inOwnProcess, lineOf, writeLog } from "./ship-run.ts";

const runs = 3;

/**
 * Apache lines from disk, and over SSH from an sshd on loopback, through the product's own path into a server of our own
 * (2 GB heap), against the rate at which the same server takes the same documents from a client that only sends what
 * lies ready. The runs take turns, so that what else the machine does meets all of them.
 *
 * `--documents N`: a million where left out. `--read exec`: over SSH by exec, not by SFTP, which is the default.
 * `--peers`: Debian's rsyslog and syslog-ng read the same file into the same server, see ship-peers.ts; adds
 * `peers: { rsyslog: { documents_per_second, of_ceiling, cpu_us_per_document, rss_mb }, "syslog-ng": … }`.
 */
export async function bench(argv: readonly string[]): Promise<BenchResult> {
  const documents = Number(argv[argv.indexOf("--documents") + 1] ?? NaN) || 1_000_000;
  const read = argv.includes("--read") && argv.includes("exec") ? "exec" : "sftp";
  const { signal } = new AbortController();
  const say = (text: string) => process.stderr.write(`ship: ${text}\n`);
  await using folder = await temporaryFolder();
  const path = join(folder.path, "access.log");
  await writeLog(path, 0, documents);
  await using reader = await compiled("scripts/bench/ship-reader.ts");
  await using sshd = hasSshd() ? await startSshd() : undefined;
  if (!sshd) say("over_ssh is left out: apt-get install openssh-server");
  await using server = await startElasticsearch({ heapMb: 2048 }, signal);
  const { url } = server;
  const client = createClient({ url });
  const ready = async (namespace: string) => {
    await atRest(client);
    await setup(client, { namespace, retentionMs: 400 * 86_400_000 }, signal);
    return namespace;
  };
  const most = async (name: string, count: number) =>
    ceiling(url, readyBodies(lineOf, await ready(name), count), count);
  const ship = async (name: string, how: Partial<Task>) => {
    const task = { url, path, ...how, namespace: await ready(name) };
    return inOwnProcess(reader.path, task);
  };

  const round = async (run: number) => {
    const figures = {
      ceiling: await most(`ceiling${run}`, documents),
      local: await ship(`ship${run}`, {}),
      ssh: sshd && (await ship(`ssh${run}`, { ssh: { ...sshd, read } })),
    };
    say(`run ${run}: ${JSON.stringify(figures)}`);
    return figures;
  };

  // Not counted. The server's code is compiled and its caches are warm only after a while, and again for each client.
  await round(0);
  const rounds = [];
  for (let run = 1; run <= runs; run++) rounds.push(await round(run));
  const ceilings = rounds.map(({ ceiling }) => ceiling);
  const local = rounds.map((one) => one.local);
  const remote = rounds.flatMap(({ ssh }) => ssh ?? []);
  await checkFields(client, "logs-apache.access-ship1");
  const best = median(ceilings);
  const peers = argv.includes("--peers")
    ? await measurePeers({ client, url, path, documents, runs, best, say })
    : undefined;
  await client.close();
  return {
    runs,
    documents,
    ceiling_documents_per_second: Math.round(best),
    ...figuresOf(local, best),
    ...(sshd && { over_ssh: figuresOf(remote, best) }),
    ...(peers && { peers }),
  };
}

function figuresOf(shipped: readonly Shipped[], best: number) {
  const rate = median(shipped.map(({ documents, seconds }) => documents / seconds));
  return {
    documents_per_second: Math.round(rate),
    of_ceiling: Number((rate / best).toFixed(2)),
    cpu_us_per_document: Number(median(shipped.map((one) => one.cpuUsPerDocument)).toFixed(1)),
    rss_mb: Math.round(median(shipped.map((one) => one.rssMb))),
  };
}

/** Refuses figures of documents that lack what they are meant to have. */
async function checkFields(client: Client, index: string): Promise<void> {
  await client.indices.refresh({ index });
  for (const field of benchFields) {
    const { count } = await client.count({ index, query: { exists: { field } } });
    if (count === 0) throw new Error(`no document has ${field}`);
  }
}
