import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, utimes, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { DateTime } from "luxon";
import type { Dataset, HostName, LogLine } from "./world/log-line.ts";

/** A line that stands in a file, and where. */
export interface WrittenLine {
  host: HostName;
  /** The live path, also when the line has moved to a rotated file since. */
  path: string;
  dataset: Dataset;
  /** Bytes from the start of the file in which it was written. */
  offset: number;
  /** When it happened, epoch milliseconds. */
  time: number;
  line: string;
}

type Log = Pick<LogLine, "host" | "path">;

/** The log files of all hosts, written as their daemons and logrotate would. */
export interface LogFiles extends AsyncDisposable {
  /** Folder that holds everything of a host: what its SSH clients see as `/`. */
  root(host: HostName): string;
  /** Appends lines to their files, in order. */
  append(lines: readonly LogLine[]): Promise<void>;
  /**
   * As logrotate does (`delaycompress`): `.1` becomes `.2.gz`, the live file `.1`. The daemon still writes to it until
   * `reopen`.
   */
  rotate(log: Log): Promise<void>;
  /** The daemon opens its file anew: what comes next stands at the beginning of a new live file. */
  reopen(log: Log): Promise<void>;
  /** Every line so far, in the order of writing. */
  readonly written: readonly WrittenLine[];
}

interface Open {
  handle: FileHandle;
  offset: number;
  lastTime: number;
}

/** Files under `folder`, one folder a host. */
export function createLogFiles(folder: string): LogFiles {
  const openFiles = new Map<string, Open>();
  const written: WrittenLine[] = [];
  const root = (host: HostName) => join(folder, host);
  const real = ({ host, path }: Log) => join(root(host), path);
  const live = async (log: Log) => {
    const path = real(log);
    let file = openFiles.get(path);
    if (!file) {
      await mkdir(dirname(path), { recursive: true });
      const handle = await open(path, "a");
      file = { handle, offset: (await handle.stat()).size, lastTime: 0 };
      openFiles.set(path, file);
    }
    return file;
  };
  const append = async (lines: readonly LogLine[]) => {
    const texts = new Map<Open, string[]>();
    for (const { host, path, dataset, line, time } of lines) {
      const file = await live({ host, path });
      written.push({ host, path, dataset, offset: file.offset, time, line });
      file.offset += Buffer.byteLength(line) + 1;
      file.lastTime = time;
      const text = texts.get(file);
      if (text) text.push(line);
      else texts.set(file, [line]);
    }
    for (const [{ handle }, text] of texts) await handle.write(`${text.join("\n")}\n`);
  };
  const rotate = async (log: Log) => {
    const path = real(log);
    const name = basename(path);
    const rotated = (await readdir(dirname(path)))
      .map((sibling) => ({ sibling, match: /^\.(\d+)(\.gz)?$/.exec(sibling.slice(name.length)) }))
      .filter(({ sibling, match }) => sibling.startsWith(name) && match)
      .map(({ match }) => ({ number: Number(match?.[1]), packed: match?.[2] !== undefined }))
      .sort((a, b) => b.number - a.number);
    for (const { number, packed } of rotated) {
      const from = `${path}.${number}${packed ? ".gz" : ""}`;
      if (packed) await rename(from, `${path}.${number + 1}.gz`);
      else await pack(from, `${path}.${number + 1}.gz`);
    }
    await rename(path, `${path}.1`);
    const seconds = (openFiles.get(path)?.lastTime ?? Date.now()) / 1000;
    await utimes(`${path}.1`, seconds, seconds);
  };
  const reopen = async (log: Log) => {
    const path = real(log);
    await openFiles.get(path)?.handle.close();
    openFiles.delete(path);
    await live(log);
  };
  return {
    root,
    append,
    rotate,
    reopen,
    written,
    async [Symbol.asyncDispose]() {
      for (const { handle } of openFiles.values()) await handle.close();
      openFiles.clear();
    },
  };
}

async function pack(from: string, to: string): Promise<void> {
  await pipeline(createReadStream(from), createGzip(), createWriteStream(to));
  await rm(from);
}

/** Appends a history and rotates every file on the night to Sunday, `timezone`'s, as a weekly logrotate does. */
export async function writeRotated(
  files: LogFiles,
  lines: Iterable<LogLine>,
  timezone: string,
): Promise<void> {
  let pending: LogLine[] = [];
  let sunday = 0;
  for (const line of lines) {
    if (line.time >= sunday) {
      await files.append(pending);
      const logs = new Map(pending.map((each) => [`${each.host} ${each.path}`, each]));
      if (sunday > 0) {
        for (const log of logs.values()) {
          await files.rotate(log);
          await files.reopen(log);
        }
      }
      pending = [];
      // Luxon's weeks begin on Monday.
      const day = DateTime.fromMillis(line.time, { zone: timezone });
      sunday = day
        .plus({ days: 7 - (day.weekday % 7) })
        .startOf("day")
        .toMillis();
    }
    pending.push(line);
  }
  await files.append(pending);
}
