/**
 * `npm run chaos -- --seed N --minutes M`: servers log while their files rotate, and everything between a line and
 * its document is cut, stalled, stopped and killed. At the end each line must be one document.
 */
import { Client } from "@elastic/elasticsearch";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { stringify } from "yaml";
import { startElasticsearch } from "../src/es/local.ts";
import { hasJournal, startJournal } from "../test/helpers/journal.ts";
import { startSshd } from "../test/helpers/sshd.ts";
import { temporaryFolder } from "../test/helpers/temporary-folder.ts";
import { startWindowsHost } from "../test/helpers/windows-host.ts";
import { compare } from "./chaos/compare.ts";
import { keepEvidence } from "./chaos/evidence.ts";
import { startFaultProxy } from "./chaos/fault-proxy.ts";
import { createFaults } from "./chaos/faults.ts";
import { importer } from "./chaos/importer.ts";
import { createLogWriter, rotations } from "./chaos/log-writer.ts";
import { createRandom } from "./chaos/random.ts";
import { shipperProcess } from "./chaos/shipper-process.ts";
import {
  eventLogWriter,
  journalWriter,
  lineOf,
  type RecordWriter,
} from "./chaos/record-writers.ts";
import { runLeafwatch } from "./chaos/run-leafwatch.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 100_000) },
    minutes: { type: "string", default: "1" },
  },
});
const seed = Number(values.seed);
const minutes = Number(values.minutes);
const random = createRandom(seed);
const say = (text: string) => process.stderr.write(`${text}\n`);
const counts = {
  ...{ rotations: 0, cuts: 0, stalls: 0, kills: 0, pauses: 0 },
  ...{ sshd_restarts: 0, outages: 0, rollovers: 0, cleared_logs: 0 },
  ...{ imports: 0, import_kills: 0 },
};

const begun = performance.now();
await using folder = await temporaryFolder();
const given = process.env["ELASTICSEARCH_URL"];
await using embedded = given
  ? undefined
  : await startElasticsearch({}, AbortSignal.timeout(600_000));
const url = new URL(given ?? embedded?.url ?? "");
const client = new Client({ node: url.href });
await using sshd = await startSshd();
await using elasticsearchProxy = await startFaultProxy({
  host: url.hostname,
  port: Number(url.port),
});
await using first = await startFaultProxy({ host: "127.0.0.1", port: sshd.port });
await using second = await startFaultProxy({ host: "127.0.0.1", port: sshd.port });
await using windows = await startWindowsHost(["Security"]);
await using third = await startFaultProxy({ host: "127.0.0.1", port: windows.port });
await using journal = hasJournal() ? await startJournal() : undefined;
const hostProxies = [first, second, third];

const namespace = `chaos${seed}x${process.pid}`;
const hosts = [
  { name: "web1", read: "sftp", proxy: first },
  { name: "app1", read: "exec", proxy: second },
];
const liveWriters = hosts.flatMap(({ name }) =>
  rotations.map((rotation) => {
    const path = join(folder.path, `${name}-${rotation}.log`);
    return createLogWriter(path, `${name}/${rotation}`, rotation, random);
  }),
);
// A host that nobody ships live: it has a past, and its files come to us by `leafwatch import`.
const archivePath = join(folder.path, "old1.log");
const archiveWriter = createLogWriter(archivePath, "old1/archive", "dateext", random);
for (let file = 0; file < 6; file++) {
  for (let n = 0; n < 500; n++) archiveWriter.write();
  archiveWriter.rotate();
}
const writers = [...liveWriters, archiveWriter];
const eventLog = eventLogWriter(windows, random);
const recordWriters: readonly RecordWriter[] = [
  eventLog,
  ...(journal ? [journalWriter(journal, random)] : []),
];
const knownHosts = [
  ...hosts.map(({ proxy }) => `[127.0.0.1]:${proxy.port} ${sshd.hostKey}\n`),
  `[127.0.0.1]:${third.port} ${windows.hostKey}\n`,
];
await writeFile(join(folder.path, "known_hosts"), knownHosts.join(""));
const entered = (port: number, key: string) => ({
  ...{ address: "127.0.0.1", port, poll: "500ms" },
  auth: { key },
  known_hosts_file: join(folder.path, "known_hosts"),
});
const config = join(folder.path, "leafwatch.yml");
await writeFile(
  config,
  stringify({
    namespace,
    elasticsearch: { url: `http://127.0.0.1:${elasticsearchProxy.port}` },
    hosts: [
      ...hosts.map(({ name, read, proxy }) => ({
        ...{ name, read, user: sshd.user },
        ...entered(proxy.port, sshd.key),
        logs: [
          { format: "system.syslog", path: join(folder.path, `${name}-*.log`) },
          ...(journal && read === "exec"
            ? [{ format: "journald", namespace: journal.namespace }]
            : []),
        ],
      })),
      {
        ...{ name: "dc1", os: "windows", user: windows.user },
        ...entered(third.port, windows.key),
        logs: [{ format: "windows.security", channel: "Security" }],
      },
    ],
  }),
);
await runLeafwatch(["setup", "--config", config]);
const logFile = join(folder.path, "shipper.log");
const archive = importer(config, logFile, "old1", archivePath);
/** Imports again what is shipped live: no document may come of it. */
const again = importer(config, logFile, "web1", join(folder.path, "web1-dateext.log"));
await using shipper = shipperProcess(config, logFile);
await using neighbour = shipperProcess(config, logFile);
shipper.start();
if (random.chance(0.5)) neighbour.start();

const end = performance.now() + minutes * 60_000;
const lines = () =>
  [...writers, ...recordWriters].reduce((sum, writer) => sum + writer.lines.length, 0);
async function countStored(index: string): Promise<number> {
  // Not there yet, or its first shard just starts.
  const options = { ignore: [404, 503] };
  await client.indices.refresh({ index }, options);
  const answer: { count?: number } = await client.count({ index }, options);
  return answer.count ?? 0;
}
async function writing() {
  while (performance.now() < end) {
    for (const writer of writers) {
      writer.write();
      if (!random.chance(0.02)) continue;
      counts.rotations++;
      writer.rotate();
      // Twice in a row: the second comes before anybody can have looked.
      if (!random.chance(0.2)) continue;
      writer.write();
      writer.rotate();
    }
    for (const writer of recordWriters) await writer.write();
    await sleep(random.integer(20, 120));
  }
  for (const writer of writers) writer.end();
}

const faults = createFaults({
  ...{ random, counts, hostProxies, elasticsearchProxy, sshd, shippers: [shipper, neighbour] },
  async clearLog() {
    const stream = `logs-windows.security-${namespace}`;
    return eventLog.clear(async (count) => (await countStored(stream)) >= count);
  },
});
async function rollingOver() {
  while (performance.now() < end) {
    await sleep(random.integer(2000, 10_000));
    const done = await client.indices
      .rollover({ alias: `logs-system.syslog-${namespace}` })
      .catch(() => undefined); // the stream comes into being with its first document
    if (done) counts.rollovers++;
  }
}
async function importing() {
  while (performance.now() < end) {
    const some = random.chance(0.7) ? archive : again;
    const killed = random.chance(0.6);
    await some.run(killed ? { killAfterMs: random.integer(0, 1500) } : {});
    counts.imports++;
    if (killed) counts.import_kills++;
    await sleep(random.integer(0, 5000));
  }
}
async function breaking() {
  while (performance.now() < end) {
    await sleep(random.integer(100, 2000));
    await random.pick(faults)();
  }
}

say(`chaos: seed ${seed}, ${minutes} min, ${writers.length} files`);
const telling = setInterval(() => {
  say(`${lines()} lines written; ${JSON.stringify(counts)}`);
}, 10_000);
// Two at a time, so that one trouble meets another.
await Promise.all([writing(), breaking(), breaking(), rollingOver(), importing()]);
shipper.start();
const ended = await Promise.all([archive.run({ live: true }), again.run()]);
counts.imports += ended.length;

// Calm again: as long as documents still come, it is not over.
const index = `logs-*-${namespace}`;
const difference = () =>
  compare(
    client,
    index,
    [...writers, ...recordWriters].flatMap((writer) => writer.lines),
    lineOf,
  );
let stored = 0;
let lastProgress = performance.now();
while (performance.now() - lastProgress < 120_000) {
  // journald writes entries of its own: the number alone says only that it is not over.
  if (stored >= lines() && (await difference()).missing.length === 0) break;
  await sleep(1000);
  const count = await countStored(index);
  if (count > stored) lastProgress = performance.now();
  stored = count;
}
// A duplicate may still be under way.
await sleep(3000);
clearInterval(telling);
await client.indices.refresh({ index });
const { documents, missing, extra, altered } = await difference();
const ok = missing.length === 0 && extra.length === 0 && altered.length === 0;
if (!ok) {
  const kept = await keepEvidence(client, namespace, folder.path, { missing, extra, altered });
  say(`logs, checkpoints and the whole difference: ${kept}`);
  for (const [what, some] of Object.entries({ missing, extra, altered })) {
    for (const line of some.slice(0, 10)) say(`${what}: ${line.slice(0, 200)}`);
  }
}
const result = {
  ...{ ok, seed, minutes, lines: lines(), documents },
  ...{ missing: missing.length, extra: extra.length, altered: altered.length },
  ...counts,
  crashes: shipper.crashes + neighbour.crashes,
  seconds: Math.round((performance.now() - begun) / 1000),
};
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exitCode = ok ? 0 : 1;
