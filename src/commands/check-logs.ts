import type { HostHandle, LogEntry } from "../collect/host.ts";
import type { Stream } from "../collect/source.ts";
import { AppError } from "../lib/errors.ts";
import type { LineBatch } from "../model/raw-line.ts";
import { lookOnce, type Finding } from "./finding.ts";
import { readTwice } from "./stages.ts";

/** Opens each stream of each entry of a host and reads its beginning: a finding an entry, or one for the host. */
export async function lookAtLogs(
  host: HostHandle,
  entries: readonly LogEntry[],
  signal: AbortSignal,
): Promise<Finding[]> {
  const looks = await Promise.all(entries.map((entry) => lookAtLog(host, entry, signal)));
  const taken = new Set<string>();
  const found: Finding[] = [];
  for (const { finding, streams } of looks) {
    const twice = streams.find((name) => taken.has(name));
    for (const name of streams) taken.add(name);
    found.push(
      twice === undefined
        ? finding
        : await lookOnce(finding.what, () => Promise.reject(readTwice(host.name, twice))),
    );
  }
  return ofTheHost(host.name, found);
}

/** What keeps us from the host is told once, not for each of its logs. */
function ofTheHost(name: string, found: readonly Finding[]): Finding[] {
  const told = new Set<string>();
  return found.flatMap((one) => {
    if (one.ok || !/\[SSH_\w+\]$/.test(one.says)) return [one];
    const again = told.has(one.says);
    told.add(one.says);
    return again ? [] : [{ ...one, what: name }];
  });
}

async function lookAtLog(host: HostHandle, entry: LogEntry, signal: AbortSignal) {
  const streams: string[] = [];
  const what = `${host.name}: ${entry.format} ${nameOf(entry)}`.trim();
  const finding = await lookOnce(what, async () => {
    const readable: string[] = [];
    for await (const stream of host.source(entry).streams(signal)) {
      streams.push(stream.name);
      const first = await firstBatch(stream, signal);
      if (first) readable.push(stream.name);
      else if (stream.exists?.() ?? true) readable.push(`${stream.name} (no line yet)`);
    }
    if (readable.length > 0) return `readable: ${readable.join(", ")}`;
    throw noFile(host.name, streams.length > 0);
  });
  return { finding, streams };
}

function noFile(host: string, named: boolean): AppError {
  const words = named ? `there is no such file on ${host}` : `no file on ${host} matches`;
  return new AppError("CHECK_NO_FILE", words, {
    hint: `compare the path with what is on ${host}; where the log is still to come all is well: it is waited for and read as soon as it is there`,
  });
}

function nameOf({ path, channel, units }: LogEntry): string {
  const named = [path, channel, units].find((value) => value !== undefined);
  return typeof named === "string" ? named : JSON.stringify(named ?? "");
}

async function firstBatch(stream: Stream, signal: AbortSignal): Promise<LineBatch | undefined> {
  for await (const batch of stream.batches(undefined, signal)) return batch;
  return undefined;
}
