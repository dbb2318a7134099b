import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { answerPowershell } from "./event-log.ts";
import { createLogFiles, type LogFiles } from "./log-files.ts";
import { writeRotated } from "./rotation.ts";
import { createSshKeys } from "./ssh-keys.ts";
import { startSshHost, type SshHost } from "./ssh-host.ts";
import { logs, type HostName, type LogLine } from "./world/log-line.ts";
import type { BeforeRead } from "./sftp-files.ts";

/** The hosts of the demo: their log files, and the SSH servers through which these are read. */
export interface Hosts extends AsyncDisposable {
  readonly files: LogFiles;
  readonly ssh: Readonly<Record<HostName, SshHost>>;
  /** Private key of the account that may read. */
  readonly privateKey: string;
  /** How many lines of history there will be when all is written. */
  readonly historyLines: number;
  /** Resolves when on each host a file was renamed in the middle of being read and all of the history is written. */
  readonly rotated: Promise<void>;
}

/** The files that are renamed while they are read. */
const rotating = [logs.access, logs.auth] as const;

/**
 * Starts the hosts with their history, all but the last lines of the rotating files. When a reader has come to the
 * middle of such a file it is renamed, the daemon writes on into it for a moment, and then into a new one.
 */
export async function startHosts(
  folder: string,
  { history, now, timezone }: { history: readonly LogLine[]; now: number; timezone: string },
): Promise<Hosts> {
  const files = createLogFiles(join(folder, "hosts"), timezone);
  const keys = createSshKeys();
  const late = new Set(
    rotating.flatMap((log) => {
      const lines = history.filter(({ host, path }) => host === log.host && path === log.path);
      return lines.slice(Math.floor(lines.length * 0.98));
    }),
  );
  await writeRotated(
    files,
    history.filter((line) => !late.has(line)),
    { now, timezone },
  );
  const rotations = rotating.map((log) =>
    rotateWhileRead(
      files,
      log,
      [...late].filter(({ path }) => path === log.path),
    ),
  );
  const playHost = (name: HostName) => {
    const eventLogs = files.eventLogs(name);
    return startSshHost({
      root: files.root(name),
      authorizedKeys: [keys.publicKey],
      beforeRead: async (read) => {
        for (const { log, beforeRead } of rotations) if (log.host === name) await beforeRead(read);
      },
      ...(eventLogs.size > 0 && {
        exec: (command, channel, gone) => answerPowershell(command, channel, eventLogs, gone),
      }),
    });
  };
  const [web1, web2, app1, dc1] = await Promise.all([
    playHost("web1"),
    playHost("web2"),
    playHost("app1"),
    playHost("dc1"),
  ]);
  const rotated = Promise.all(rotations.map(({ done }) => done)).then(() => undefined);
  // It is awaited later; until then a failure must not end the process.
  rotated.catch(() => undefined);
  return {
    files,
    ssh: { web1, web2, app1, dc1 },
    privateKey: keys.privateKey,
    historyLines: history.length,
    rotated,
    async [Symbol.asyncDispose]() {
      for (const host of [web1, web2, app1, dc1]) await host[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    },
  };
}

/** Renames `log` at the first read beyond its middle, then writes `rest`: a third to the old file, the others anew. */
function rotateWhileRead(
  files: LogFiles,
  log: Pick<LogLine, "host" | "path">,
  rest: readonly LogLine[],
): { log: Pick<LogLine, "host" | "path">; beforeRead: BeforeRead; done: Promise<void> } {
  const last = files.written
    .filter((line) => line.host === log.host && line.path === log.path)
    .at(-1);
  const middle = (last?.offset ?? 0) / 2;
  const writeOn = async () => {
    const late = Math.floor(rest.length / 3);
    await sleep(300);
    await files.append(rest.slice(0, late));
    await sleep(300);
    await files.reopen(log);
    await files.append(rest.slice(late));
  };
  let begin: (() => Promise<void>) | undefined;
  const done = new Promise<void>((resolve, reject) => {
    begin = async () => {
      await files.rotate(log, Date.now()).catch(reject);
      writeOn().then(resolve, reject);
    };
  });
  return {
    log,
    done,
    async beforeRead({ path, offset }) {
      if (!begin || path !== log.path || offset < middle) return;
      const once = begin;
      begin = undefined;
      await once();
    },
  };
}

/** Writes `lines` as their time comes. */
export async function writeLive(
  files: LogFiles,
  lines: readonly LogLine[],
  onWritten: (count: number) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let written = 0; written < lines.length;) {
    const now = Date.now();
    const due = lines.slice(written).findIndex(({ time }) => time > now);
    const end = due < 0 ? lines.length : written + due;
    await files.append(lines.slice(written, end));
    written = end;
    onWritten(written);
    const next = lines[written];
    if (next) await sleep(Math.max(50, next.time - Date.now()), undefined, { signal });
  }
}
