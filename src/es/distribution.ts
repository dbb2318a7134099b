import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import yauzl from "yauzl";
import { retry } from "../lib/backoff.ts";
import { AppError, messageOf } from "../lib/errors.ts";
import { downloadArtifact } from "./maven.ts";

/** A server that can be fetched: what it weighs, the SHA-256 of its archive and the oldest Java it runs on. */
interface Distribution {
  bytes: number;
  sha256: string;
  java: number;
}

/** The official server's small distributions for trying and testing, by version. */
export const distributions = {
  "8.19.21": {
    bytes: 106_871_955,
    sha256: "215d5f3dbf0609a149f6218a9e47b6ae2df34ebbff3c5754e35f15a5e5393c8a",
    java: 17,
  },
  "9.5.3": {
    bytes: 132_390_005,
    sha256: "bec49f3b8d00e75c8d1cec85c35298635ec9fbd3ae80ef5aeb6bc05abdb3db2d",
    java: 21,
  },
} as const satisfies Record<string, Distribution>;

export type EmbeddedVersion = keyof typeof distributions;

/** How far the download is, in bytes; told twice a second. */
export type OnDownload = (progress: { bytes: number; totalBytes: number }) => void;

const stalledMs = 60_000;

/**
 * The folder of the unpacked server, fetched from Maven Central when the cache does not have it. Several processes
 * may call this at once: each works beside the others, the first to finish wins.
 *
 * @throws ES_DOWNLOAD_FAILED, ES_CHECKSUM (nothing is kept), ES_CACHE_UNSAFE.
 */
export async function fetchDistribution(
  version: EmbeddedVersion,
  cache: string,
  onDownload: OnDownload | undefined,
  signal: AbortSignal,
): Promise<string> {
  const home = join(cache, `elasticsearch-${version}`);
  await mkdir(cache, { recursive: true, mode: 0o755 });
  await checkOwner(cache);
  if (await exists(home)) return home;
  const { sha256 } = distributions[version];
  const kept = join(cache, `elasticsearch-${version}.zip`);
  const work = await mkdtemp(join(cache, `unpack-${version}-`));
  try {
    const zip = (await exists(kept)) ? kept : await download(version, work, onDownload, signal);
    await checkSum(zip, sha256);
    await unzip(zip, work, signal);
    await rename(join(work, `elasticsearch-${version}`), home).catch(async (error: unknown) => {
      if (!(await exists(home))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return home;
}

/** `$LEAFWATCH_CACHE`, else the XDG cache; root takes the temporary folder, which the server's user can enter too. */
export function cacheFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  uid = process.getuid?.(),
): string {
  if (env["LEAFWATCH_CACHE"]) return env["LEAFWATCH_CACHE"];
  if (uid === 0) return join(tmpdir(), "leafwatch-cache");
  return join(env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "leafwatch");
}

/** What lies in the cache is run: nobody else may have put it there. */
async function checkOwner(cache: string): Promise<void> {
  const { uid, mode } = await stat(cache);
  const mine = process.getuid?.();
  if (mine === undefined || ((uid === mine || uid === 0) && (mode & 0o002) === 0)) return;
  throw new AppError("ES_CACHE_UNSAFE", `${cache} can be written to by other users`, {
    hint: "remove it, or name another folder in LEAFWATCH_CACHE",
  });
}

async function download(
  version: EmbeddedVersion,
  folder: string,
  onDownload: OnDownload | undefined,
  signal: AbortSignal,
): Promise<string> {
  return retry(
    () => downloadOnce(version, folder, onDownload, signal),
    { attempts: 3, minMs: 1000, maxMs: 10_000 },
    signal,
  );
}

async function downloadOnce(
  version: EmbeddedVersion,
  folder: string,
  onDownload: OnDownload | undefined,
  signal: AbortSignal,
): Promise<string> {
  const name = `${randomUUID()}.zip`;
  const ended = new AbortController();
  const stop = AbortSignal.any([signal, ended.signal]);
  const artifact = {
    groupId: "org.elasticsearch.distribution.integ-test-zip",
    artifactId: "elasticsearch",
    version,
    extension: "zip",
  };
  try {
    // node-fetch takes a signal too, which the package's type forgets to say.
    const options: { timeout: number; signal: AbortSignal } = { timeout: 0, signal: stop };
    // A body that breaks off leaves the package's promise pending for ever: the watch ends that.
    return await Promise.race([
      downloadArtifact(artifact, folder, undefined, name, options),
      watchGrowth(join(folder, name), distributions[version].bytes, onDownload, stop),
    ]);
  } catch (error) {
    signal.throwIfAborted();
    throw new AppError(
      "ES_DOWNLOAD_FAILED",
      `the embedded Elasticsearch ${version} could not be fetched from Maven Central: ${messageOf(error)}`,
      {
        retryable: true,
        cause: error,
        hint: `look at the network and its proxy, put the archive into the cache as elasticsearch-${version}.zip, or set ELASTICSEARCH_URL to a server of your own`,
      },
    );
  } finally {
    ended.abort();
  }
}

/** Never resolves; rejects when the file has not grown for a minute. */
async function watchGrowth(
  path: string,
  totalBytes: number,
  onDownload: OnDownload | undefined,
  signal: AbortSignal,
): Promise<never> {
  let bytes = -1;
  let stillMs = 0;
  for (;;) {
    await sleep(500, undefined, { signal });
    const now = (await stat(path).catch(() => undefined))?.size ?? 0;
    stillMs = now === bytes ? stillMs + 500 : 0;
    bytes = now;
    onDownload?.({ bytes, totalBytes });
    if (stillMs >= stalledMs) throw new Error(`no byte for ${stalledMs / 1000} s`);
  }
}

async function checkSum(zip: string, sha256: string): Promise<void> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(zip), hash);
  const seen = hash.digest("hex");
  if (seen === sha256) return;
  await rm(zip, { force: true });
  throw new AppError("ES_CHECKSUM", `the archive has the SHA-256 ${seen}, expected ${sha256}`, {
    hint: "it was cut off or changed on the way and has been deleted; try again, or from another network",
  });
}

async function unzip(zip: string, folder: string, signal: AbortSignal): Promise<void> {
  const archive = await yauzl.openPromise(zip, { lazyEntries: true });
  for await (const entry of archive.eachEntry()) {
    // yauzl refuses names that are absolute or hold "..".
    const path = join(folder, entry.fileName);
    if (entry.fileName.endsWith("/")) {
      await mkdir(path, { recursive: true, mode: 0o755 });
      continue;
    }
    const executable = ((entry.externalFileAttributes >>> 16) & 0o100) !== 0;
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    await pipeline(
      await archive.openReadStreamPromise(entry),
      createWriteStream(path, { mode: executable ? 0o755 : 0o644 }),
      { signal },
    );
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
