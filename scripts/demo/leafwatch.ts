import { Command } from "commander";
import { Readable } from "node:stream";
import { commands } from "../../src/commands/registry.ts";
import type { Io } from "../../src/commands/io.ts";

/** A command that goes on until it is stopped. */
export interface Running extends AsyncDisposable {
  /** Why it ended by itself; undefined while it runs. */
  failure(): Error | undefined;
  /** Asks it to stop and waits for its end. @throws what it threw. */
  stop(): Promise<void>;
}

/** The product's own commands, run in this process as cli.ts would. */
export interface Leafwatch {
  /** Runs one to its end; what it printed. @throws what it threw. */
  run(args: readonly string[], signal: AbortSignal): Promise<string>;
  start(args: readonly string[]): Running;
}

/** `log` gets what the commands write to stderr: their logs, as ECS JSON lines. */
export function createLeafwatch(log: (text: string) => void): Leafwatch {
  const run = async (args: readonly string[], signal: AbortSignal) => {
    let printed = "";
    const io: Io = {
      stdin: Readable.from([]),
      out: async (text) => {
        printed += text.toString();
      },
      err: log,
      terminal: false,
      signal,
    };
    const program = new Command("leafwatch").exitOverride();
    for (const add of commands) add(program, io);
    await program.parseAsync(args, { from: "user" });
    return printed;
  };
  return {
    run,
    start(args) {
      const stopping = new AbortController();
      let failure: Error | undefined;
      const ended = run(args, stopping.signal).then(
        () => {
          if (!stopping.signal.aborted) failure = new Error(`leafwatch ${args[0] ?? ""} ended`);
        },
        (error: unknown) => {
          failure = error instanceof Error ? error : new Error(String(error));
        },
      );
      const stop = async () => {
        stopping.abort();
        await ended;
      };
      return {
        failure: () => failure,
        async stop() {
          await stop();
          if (failure) throw failure;
        },
        [Symbol.asyncDispose]: stop,
      };
    },
  };
}
