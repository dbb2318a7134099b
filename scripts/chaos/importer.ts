import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));

/** Somebody who imports the old files of one log with `leafwatch import`. */
export interface Importer {
  /**
   * Imports what was rotated so far; with `killAfterMs`, SIGKILL so long after it has begun to read. True when it came
   * to its end and all of it was read.
   */
  run(more?: { killAfterMs?: number; live?: boolean }): Promise<boolean>;
}

/**
 * Imports the files beside `path`, where they stay under the names that they were given, as those of `host`. stderr is
 * appended to `logFile`.
 */
export function importer(config: string, logFile: string, host: string, path: string): Importer {
  const args = ["--config", config, "--format", "system.syslog", "--host", host, "--path", path];
  return {
    async run({ killAfterMs, live = false } = {}) {
      const old = readdirSync(dirname(path)).filter((name) =>
        name.startsWith(`${basename(path)}-`),
      );
      const files = [...old.map((name) => join(dirname(path), name)), ...(live ? [path] : [])];
      if (files.length === 0) return true;
      const child = spawn(process.execPath, ["--import", "tsx", cli, "import", ...args, ...files], {
        stdio: ["ignore", "ignore", "pipe"],
      });
      const ended = once(child, "exit") as Promise<[number | null]>;
      let reads: () => void = () => undefined;
      const reading = new Promise<void>((resolve) => (reads = resolve));
      child.stderr.on("data", (chunk: Buffer) => {
        appendFileSync(logFile, chunk);
        if (chunk.includes("reading ")) reads();
      });
      if (killAfterMs !== undefined) {
        await Promise.race([reading, ended]);
        await sleep(killAfterMs);
        child.kill("SIGKILL");
      }
      const [code] = await ended;
      return code === 0;
    },
  };
}
