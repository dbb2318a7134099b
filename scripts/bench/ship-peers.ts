import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@elastic/elasticsearch";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { cpuMs, median, peakRssBytes } from "./cpu.ts";
import { benchIndex } from "./ship-mapping.ts";
import { rsyslog, syslogNg, type Peer } from "./ship-peer-configs.ts";

/** What a peer needed for the same file. */
interface Measured {
  rate: number;
  cpuUs: number;
  rssMb: number;
}

interface PeerOptions {
  client: Client;
  url: string;
  path: string;
  documents: number;
  runs: number;
  /** The ceiling's rate. */
  best: number;
  say: (text: string) => void;
}

const longestMs = 600_000;

/**
 * Debian's rsyslog and syslog-ng, where they are installed: the same lines from the same disk into an index of the same
 * mapping, parsed to the same fields as near as each can. They differ in what helps them: neither names its documents
 * (ids of the server's choosing cost it less), neither knows what became of a single one. The two packages cannot be
 * installed at once; RSYSLOGD and SYSLOG_NG name programs that lie elsewhere.
 */
export async function measurePeers(options: PeerOptions) {
  const figures: Record<string, object> = {};
  for (const peer of [rsyslog, syslogNg]) {
    const program = process.env[peer.variable] ?? peer.program;
    if (!existsSync(program)) {
      options.say(`${peer.name} is left out: apt-get install ${peer.packages}`);
      continue;
    }
    const measured: Measured[] = [];
    for (let run = 1; run <= options.runs; run++) {
      measured.push(await measure(peer, program, `bench-${peer.name}-${run}`, options));
      options.say(`${peer.name}, run ${run}: ${JSON.stringify(measured.at(-1))}`);
    }
    const rate = median(measured.map((one) => one.rate));
    figures[peer.name] = {
      documents_per_second: Math.round(rate),
      of_ceiling: Number((rate / options.best).toFixed(2)),
      cpu_us_per_document: Number(median(measured.map(({ cpuUs }) => cpuUs)).toFixed(1)),
      rss_mb: Math.round(median(measured.map(({ rssMb }) => rssMb))),
    };
  }
  return figures;
}

async function measure(
  peer: Peer,
  program: string,
  index: string,
  { client, url, path, documents }: PeerOptions,
): Promise<Measured> {
  await using folder = await temporaryFolder();
  await client.indices.create({ index, ...benchIndex });
  const state = join(folder.path, "state");
  await mkdir(state);
  for (const [name, text] of Object.entries(
    peer.files({ url: new URL(url), index, path, state }),
  )) {
    await writeFile(join(state, name), text);
  }
  const begun = performance.now();
  const child = spawn(program, peer.arguments(state), { stdio: ["ignore", "ignore", "inherit"] });
  const exited = once(child, "exit");
  try {
    const deadline = Date.now() + longestMs;
    while ((await indexed(client, index)) < documents) {
      if (Date.now() > deadline) throw new Error(`${peer.name} did not finish`);
      if (child.exitCode !== null) throw new Error(`${peer.name} ended with ${child.exitCode}`);
      await sleep(100);
    }
    const seconds = (performance.now() - begun) / 1000;
    const pid = child.pid ?? 0;
    return {
      rate: documents / seconds,
      cpuUs: (cpuMs(pid).own * 1000) / documents,
      rssMb: peakRssBytes(pid) / 1e6,
    };
  } finally {
    child.kill("SIGKILL");
    await exited;
  }
}

async function indexed(client: Client, index: string): Promise<number> {
  const { _all } = await client.indices.stats({ index, metric: "indexing" });
  return _all.primaries?.indexing?.index_total ?? 0;
}
