import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createLogFiles, type LogFiles } from "./log-files.ts";
import { createSshKeys } from "./ssh-keys.ts";
import { startSshHost, type SshHost } from "./ssh-host.ts";
import { logs, type HostName, type LogLine } from "./world/log-line.ts";
import type { BeforeRead } from "./sftp-files.ts";

/** web1 and app1: their log files, and the SSH servers through which these are read. */
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

/** Of each host, the file that is renamed while it is read. */
const rotating: Readonly<Record<HostName, (typeof logs)[keyof typeof logs]>> = {
  web1: logs.access,
  app1: logs.auth,
};

/**
 * Starts both hosts with their history. Of a rotating file the first nine tenths are there; when a reader has come to
 * its middle the file is renamed, the daemon writes on into it for a moment, and then into a new one.
 */
export async function startHosts(folder: string, history: readonly LogLine[]): Promise<Hosts> {
  const files = createLogFiles(join(folder, "hosts"));
  const keys = createSshKeys();
  const playHost = async (name: HostName) => {
    const log = rotating[name];
    const own = history.filter(({ host }) => host === name);
    const moving = own.filter(({ path }) => path === log.path);
    const first = moving.splice(0, Math.floor(moving.length * 0.9));
    await files.append(own.filter(({ path }) => path !== log.path));
    await files.append(first);
    const rotation = rotateWhileRead(files, log, moving);
    const { beforeRead } = rotation;
    const root = files.root(name);
    const host = await startSshHost({ root, authorizedKeys: [keys.publicKey], beforeRead });
    return { host, done: rotation.done };
  };
  const web1 = await playHost("web1");
  const app1 = await playHost("app1");
  const rotated = Promise.all([web1.done, app1.done]).then(() => undefined);
  // It is awaited later; until then a failure must not end the process.
  rotated.catch(() => undefined);
  return {
    files,
    ssh: { web1: web1.host, app1: app1.host },
    privateKey: keys.privateKey,
    historyLines: history.length,
    rotated,
    async [Symbol.asyncDispose]() {
      await web1.host[Symbol.asyncDispose]();
      await app1.host[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    },
  };
}

/** Renames `log` at the first read beyond its middle, then writes `rest`: a third to the old file, the others anew. */
function rotateWhileRead(
  files: LogFiles,
  log: Pick<LogLine, "host" | "path">,
  rest: readonly LogLine[],
): { beforeRead: BeforeRead; done: Promise<void> } {
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
      await files.rotate(log).catch(reject);
      writeOn().then(resolve, reject);
    };
  });
  return {
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
