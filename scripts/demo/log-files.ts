import { mkdir, open, utimes, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DateTime } from "luxon";
import { createEventLog, writeEvent, type EventLog } from "./event-log.ts";
import { moveAway } from "./rotation.ts";
import { iisHeader } from "./world/iis-log.ts";
import { logNamed, type Dataset, type HostName, type LogLine } from "./world/log-line.ts";

/** A line that stands in a file or an event log, and where. */
export interface WrittenLine {
  host: HostName;
  /** The live path, also when the line has moved to a rotated file since; of an event the channel. */
  path: string;
  dataset: Dataset;
  /** Bytes from the start of the file in which it was written; of an event its number. */
  offset: number;
  /** When it happened, epoch milliseconds. */
  time: number;
  line: string;
  /** True where no parser can take it. */
  torn?: true;
}

type Log = Pick<LogLine, "host" | "path">;

/** The log files of all hosts, written as their daemons and logrotate would, and their event logs. */
export interface LogFiles extends AsyncDisposable {
  /** Folder that holds everything of a host: what its SSH clients see as `/`. */
  root(host: HostName): string;
  /** The event logs of a host by their channels; grows as events are written. */
  eventLogs(host: HostName): ReadonlyMap<string, EventLog>;
  /** Appends lines to their files, in order. */
  append(lines: readonly LogLine[]): Promise<void>;
  /**
   * As logrotate does at the time `at` (default: when the last line was written). The daemon still writes to the
   * renamed file until `reopen`.
   */
  rotate(log: Log, at?: number): Promise<void>;
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

/** Files under `folder`, one folder a host; `timezone` is that of the dates in their names. */
export function createLogFiles(folder: string, timezone = "UTC"): LogFiles {
  const openFiles = new Map<string, Open>();
  const eventLogs = new Map<HostName, Map<string, EventLog>>();
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
      if (file.offset === 0 && logNamed(log)?.dataset === "iis.access") {
        const header = iisHeader.map((line) => `${line}\r\n`).join("");
        await handle.write(header);
        file.offset = Buffer.byteLength(header);
      }
    }
    return file;
  };
  const channels = (host: HostName) => {
    const known = eventLogs.get(host) ?? new Map<string, EventLog>();
    eventLogs.set(host, known);
    return known;
  };
  const channel = ({ host, path }: Log) => {
    const log = channels(host).get(path) ?? createEventLog();
    channels(host).set(path, log);
    return log;
  };
  const append = async (lines: readonly LogLine[]) => {
    const texts = new Map<Open, string[]>();
    for (const one of lines) {
      const { time, line } = one;
      if (logNamed(one)?.rotation === "channel") {
        const { record, xml } = writeEvent(channel(one), line);
        written.push({ ...one, offset: record, line: xml });
        continue;
      }
      const file = await live(one);
      const end = one.dataset === "iis.access" ? "\r\n" : "\n";
      written.push({ ...one, offset: file.offset });
      file.offset += Buffer.byteLength(line) + end.length;
      file.lastTime = time;
      const text = texts.get(file);
      if (text) text.push(line, end);
      else texts.set(file, [line, end]);
    }
    for (const [{ handle }, text] of texts) await handle.write(text.join(""));
  };
  const rotate = async (log: Log, at?: number) => {
    const path = real(log);
    const lastMs = openFiles.get(path)?.lastTime ?? Date.now();
    // The renamed file keeps the time of its last line.
    await utimes(path, lastMs / 1000, lastMs / 1000);
    const day = DateTime.fromMillis(at ?? lastMs, { zone: timezone }).toFormat("yyyyMMdd");
    await moveAway(path, logNamed(log)?.rotation ?? "numbered", day);
  };
  const reopen = async (log: Log) => {
    const path = real(log);
    await openFiles.get(path)?.handle.close();
    openFiles.delete(path);
    await live(log);
  };
  return {
    root,
    eventLogs: channels,
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
