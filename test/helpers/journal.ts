import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { promisify } from "node:util";
import { until } from "./poll.ts";

const program = "/usr/lib/systemd/systemd-journald";
const run = promisify(execFile);

/** A real systemd journal in a namespace of its own. */
export interface Journal extends AsyncDisposable {
  namespace: string;
  write(tag: string, message: string): Promise<void>;
}

/** True when a journal can be started: journald, logger and root's rights are there. */
export function hasJournal(): boolean {
  const programs = [program, "/usr/bin/journalctl", "/usr/bin/logger"];
  return process.getuid?.() === 0 && programs.every((path) => existsSync(path));
}

export async function startJournal(): Promise<Journal> {
  const namespace = `leafwatch${randomBytes(4).toString("hex")}`;
  await mkdir("/run/systemd/journal", { recursive: true });
  const daemon = spawn(program, [namespace], { stdio: "ignore" });
  const socket = `/run/systemd/journal.${namespace}/dev-log`;
  await until("journald listens", () => existsSync(socket));
  return {
    namespace,
    async write(tag, message) {
      await run("logger", ["--socket", socket, "--tag", tag, "--", message]);
    },
    async [Symbol.asyncDispose]() {
      // A journal in a namespace ends by itself when nobody has written for a while.
      if (daemon.exitCode === null && daemon.signalCode === null) {
        const ended = once(daemon, "exit");
        daemon.kill();
        await ended;
      }
      const machine = (await readFile("/etc/machine-id", "utf8")).trim();
      for (const folder of [
        `/run/systemd/journal.${namespace}`,
        `/run/log/journal/${machine}.${namespace}`,
        `/var/log/journal/${machine}.${namespace}`,
      ]) {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
