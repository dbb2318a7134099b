import { spawn, type ChildProcess } from "node:child_process";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../lib/errors.ts";
import {
  cacheFolder,
  distributions,
  fetchDistribution,
  type EmbeddedVersion,
  type OnDownload,
} from "./distribution.ts";
import { findJava } from "./java.ts";
import { otherUser, prepareFolder } from "./local-folder.ts";
import type { LocalSecurity } from "./local-security.ts";

/** How to run the embedded server. */
export interface LocalOptions {
  version?: EmbeddedVersion;
  /** TCP port on 127.0.0.1; a free one where left out. */
  port?: number;
  /** Megabytes of heap, 512 where left out. */
  heapMb?: number;
  /** Where the indices live from one start to the next; a temporary folder, removed at the end, where left out. */
  folder?: string;
  /** Users, roles and TLS; without it anybody who can reach the port may do anything. */
  security?: LocalSecurity;
  /** Further lines of elasticsearch.yml, which win over ours. */
  settings?: Readonly<Record<string, string | number | boolean>>;
  cache?: string;
  onDownload?: OnDownload;
}

/** A running server of our own. Disposing of it ends the whole process group and removes what was temporary. */
export interface LocalElasticsearch extends AsyncDisposable {
  readonly url: string;
  readonly version: EmbeddedVersion;
  /** Process id of the server itself, for those who measure it. */
  readonly pid: number;
  /** Where its logs are. */
  readonly logs: string;
}

const startMs = 180_000;
const stopMs = 30_000;
/* The server's parent. It ends the server when our end of the pipe closes, so that not even a kill -9 of ours leaves
   one behind, and passes on the server's exit code. */
const guard = `exec 3<&0; "$@" </dev/null & child=$!
(cat <&3 >/dev/null; kill $child 2>/dev/null) &
wait $child`;

/**
 * Starts the official server's small distribution for trying and testing, without Docker; fetched at first use.
 * Resolves when it answers.
 *
 * @throws ES_JAVA_MISSING, ES_JAVA_TOO_OLD, ES_DOWNLOAD_FAILED, ES_CHECKSUM, ES_START_FAILED.
 */
export async function startElasticsearch(
  options: LocalOptions,
  signal: AbortSignal,
): Promise<LocalElasticsearch> {
  const version = options.version ?? "8.19.21";
  const javaHome = await findJava(distributions[version].java);
  const cache = options.cache ?? cacheFolder();
  const home = await fetchDistribution(version, cache, options.onDownload, signal);
  const user = otherUser();
  const run = await prepareFolder(home, options, user);
  const remove = async () => {
    if (options.folder === undefined) await rm(run, { recursive: true, force: true });
  };
  const child = spawn("/bin/sh", ["-c", guard, "sh", join(home, "bin", "elasticsearch")], {
    cwd: run,
    env: environment(run, javaHome, options.heapMb ?? 512),
    stdio: ["pipe", "ignore", "ignore"],
    detached: true, // a process group of its own: Ctrl-C reaches us first, and we end all of it
    ...user,
  });
  const exited = new Promise<void>((resolve) => {
    child.once("exit", resolve).once("error", resolve);
  });
  child.stdin.on("error", () => undefined); // the guard ended before us
  const scheme = options.security?.tls ? "https" : "http";
  try {
    const url = await answering(child, run, scheme, signal);
    return {
      url,
      version,
      pid: await serverPid(child, run),
      logs: join(run, "logs"),
      [Symbol.asyncDispose]: async () => {
        await stop(child, exited);
        await remove();
      },
    };
  } catch (error) {
    const reason = await lastError(run);
    await stop(child, exited);
    await remove();
    signal.throwIfAborted();
    throw new AppError(
      "ES_START_FAILED",
      `the embedded Elasticsearch ${version} did not start: ${reason}`,
      {
        cause: error,
        hint: "it needs about 1 GB of free memory and a temporary folder that allows programs to run; ELASTICSEARCH_URL takes a server of your own",
      },
    );
  }
}

function environment(run: string, javaHome: string, heapMb: number): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    HOME: run,
    ES_JAVA_HOME: javaHome,
    ES_JAVA_OPTS: `-Xms${heapMb}m -Xmx${heapMb}m`,
    ES_PATH_CONF: join(run, "config"),
    // The path must not hold "modules/": the server's entitlement check would refuse to start.
    ES_TMPDIR: join(run, "tmp"),
  };
}

/** The address, as soon as the server answers there. */
async function answering(
  child: ChildProcess,
  run: string,
  scheme: string,
  signal: AbortSignal,
): Promise<string> {
  const deadline = Date.now() + startMs;
  while (Date.now() < deadline) {
    signal.throwIfAborted();
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
      throw new Error("the process ended");
    }
    await sleep(200, undefined, { signal });
    const ports = await readFile(join(run, "logs", "http.ports"), "utf8").catch(() => "");
    const address = ports.split("\n").find((line) => line.startsWith("127.0.0.1:"));
    if (address === undefined) continue;
    const url = `${scheme}://${address}`;
    // With TLS the ports file is enough: the certificate is the caller's to trust.
    if (scheme === "https") return url;
    const status = await fetch(`${url}/_cluster/health`, { signal }).then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer.status;
      },
      () => 0,
    );
    if (status === 200 || status === 401) return url;
  }
  throw new Error(`no answer within ${startMs / 1000} s`);
}

async function stop(child: ChildProcess, exited: Promise<void>): Promise<void> {
  const pid = child.pid;
  if (pid === undefined) return;
  child.stdin?.end(); // tells the guard to stop the server cleanly
  const late = new AbortController();
  await Promise.race([
    exited,
    sleep(stopMs, undefined, { signal: late.signal }).catch(() => undefined),
  ]);
  late.abort();
  killGroup(pid); // whoever of the group is left
  await exited;
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // the group is gone already
  }
}

/** The pid of the server, which writes it nowhere: the group's newest process called java. */
async function serverPid(child: ChildProcess, run: string): Promise<number> {
  let found = child.pid ?? 0;
  for (const name of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    const words = await readFile(`/proc/${name}/cmdline`, "utf8").catch(() => "");
    if (words.includes(`-Djava.io.tmpdir=${join(run, "tmp")}`)) found = Number(name);
  }
  return found;
}

/** What the server's own log says last, in one line. */
async function lastError(run: string): Promise<string> {
  const log = await readFile(join(run, "logs", "leafwatch-embedded.log"), "utf8").catch(() => "");
  const lines = log.split("\n").filter((line) => /ERROR|FATAL|Exception/.test(line));
  return lines.at(-1)?.slice(0, 500) ?? "its log says nothing";
}
