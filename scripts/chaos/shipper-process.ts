import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));

/** `leafwatch ship` in a process of its own, to be treated badly. */
export interface ShipperProcess extends AsyncDisposable {
  /** Starts it, where it does not run. */
  start(): void;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGSTOP, SIGCONT. */
  pause(on: boolean): void;
  /** Times it ended without being told to. */
  readonly crashes: number;
}

/** stderr is appended to `logFile`. */
export function shipperProcess(config: string, logFile: string): ShipperProcess {
  let child: ChildProcess | undefined;
  let killing = false;
  let crashes = 0;
  const log = openSync(logFile, "a");
  const start = () => {
    if (child) return;
    const started = spawn(process.execPath, ["--import", "tsx", cli, "ship", "--config", config], {
      stdio: ["ignore", log, log],
    });
    child = started;
    started.once("exit", () => {
      child = undefined;
      if (killing) return;
      crashes++;
      setTimeout(start, 500);
    });
  };
  const kill = async () => {
    if (!child) return;
    killing = true;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    killing = false;
  };
  return {
    start,
    kill,
    pause(on) {
      child?.kill(on ? "SIGSTOP" : "SIGCONT");
    },
    get crashes() {
      return crashes;
    },
    [Symbol.asyncDispose]: kill,
  };
}
