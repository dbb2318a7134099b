import { execFile, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startSshd, type Sshd } from "../../test/helpers/sshd.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import { median } from "./cpu.ts";
import type { Readings } from "./collect-reader.ts";
import type { Played } from "./collect-hosts.ts";

const run = promisify(execFile);
const rounds = 3;
const idleHosts = 300;
const megabyte = 1e6;

/**
 * How fast logs are read against OpenSSH's own clients over loopback, what memory a backlog costs, and what hundreds
 * of hosts cost that say nothing. `argv` may name some of the parts: rate, backlog, idle.
 */
export async function bench(
  argv: readonly string[] = [],
): Promise<Readonly<Record<string, number>> & { runs: number }> {
  await using folder = await temporaryFolder();
  await using sshd = await startSshd();
  const log = join(folder.path, "big.log");
  const wanted = (part: string) => argv.length === 0 || argv.includes(part);
  return {
    ...(wanted("rate") && (await rates(sshd, log))),
    ...(wanted("backlog") && (await backlog(sshd, log))),
    ...(wanted("idle") && (await idle(folder.path))),
    runs: rounds,
  };
}

async function rates(sshd: Sshd, log: string) {
  writeLog(log, 200 * megabyte);
  const sftp: number[] = [];
  const exec: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    // Each beside its baseline, so that what else the machine does meets both.
    const copied = await seconds(() => copyBySftp(sshd, log));
    sftp.push(copied / (await readOnce(sshd, log, "sftp")).seconds);
    const printed = await seconds(() => printBySsh(sshd, log));
    exec.push(printed / (await readOnce(sshd, log, "exec")).seconds);
    progress(
      `round ${round}: sftp ${figure(sftp.at(-1))}, exec ${figure(exec.at(-1))} of OpenSSH's rate`,
    );
  }
  return { sftp_of_baseline: figure(median(sftp)), exec_of_baseline: figure(median(exec)) };
}

async function backlog(sshd: Sshd, log: string) {
  writeLog(log, 2000 * megabyte);
  const { rssMb } = await readOnce(sshd, log, "sftp");
  progress(`2 GB: ${figure(rssMb)} MB at most`);
  return { rss_mb: Math.round(rssMb) };
}

async function idle(folder: string) {
  const { cpuPercent, rssMb, p99Seconds } = await pollIdle(folder);
  return {
    idle_hosts: idleHosts,
    idle_cpu_percent: figure(cpuPercent),
    idle_rss_mb: Math.round(rssMb),
    seconds_to_handed_on_p99: figure(p99Seconds),
  };
}

/** The same 175-byte lines again and again: what they say does not matter to a reader. */
function writeLog(path: string, bytes: number): void {
  const line = `192.0.2.7 - - [22/Nov/2026:12:00:00 +0000] "GET /index.html HTTP/1.1" 200 5316 "-" "Mozilla/5.0 ${"x".repeat(70)}"\n`;
  const block = Buffer.from(line.repeat(Math.ceil(megabyte / line.length)));
  const file = openSync(path, "w");
  for (let written = 0; written < bytes; written += block.length) writeSync(file, block);
  closeSync(file);
}

const login = (sshd: Sshd) => [
  ...["-i", sshd.key, "-o", `UserKnownHostsFile=${sshd.knownHosts}`, "-o", "BatchMode=yes"],
  ...["-F", "none"],
];

async function copyBySftp(sshd: Sshd, path: string): Promise<void> {
  const from = `${sshd.user}@127.0.0.1:${path}`;
  await run("sftp", ["-q", ...login(sshd), "-P", String(sshd.port), from, "/dev/null"]);
}

async function printBySsh(sshd: Sshd, path: string): Promise<void> {
  const to = [`${sshd.user}@127.0.0.1`, `cat '${path}'`];
  const child = spawn("ssh", [...login(sshd), "-p", String(sshd.port), ...to], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  child.stdout.resume();
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`ssh ended with ${code}`);
}

/** Reads a file to its end in a process of its own, whose memory is nobody else's. */
async function readOnce(sshd: Sshd, path: string, read: string): Promise<Readings> {
  const { port, user, key, knownHosts } = sshd;
  return reader({ hosts: [{ name: "host", port, user, key, knownHosts }], path, read, once: true });
}

async function pollIdle(folder: string): Promise<Readings> {
  const hosts = fork(fileURLToPath(new URL("collect-hosts.ts", import.meta.url)), [
    folder,
    String(idleHosts),
  ]);
  try {
    const [played] = (await once(hosts, "message")) as [Played];
    progress(`${idleHosts} hosts are up`);
    return await reader({ hosts: played.hosts, path: "/app.log", read: "sftp", once: false });
  } finally {
    hosts.kill();
  }
}

async function reader(task: object): Promise<Readings> {
  const child = fork(fileURLToPath(new URL("collect-reader.ts", import.meta.url)));
  child.send(task);
  const [readings] = (await once(child, "message")) as [Readings];
  child.kill();
  return readings;
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

function figure(value: number | undefined): number {
  return Number((value ?? NaN).toFixed(2));
}
