#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { once, setMaxListeners } from "node:events";
import { commands } from "./commands/registry.ts";
import type { Io } from "./commands/io.ts";
import { version } from "./lib/version.ts";
import { AppError, isAbort, messageOf } from "./lib/errors.ts";
import { shutdownSignal } from "./lib/shutdown.ts";
import { visible } from "./lib/visible.ts";

/** Exit code: 0 done, 1 it failed, 2 wrong usage or config. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return error instanceof AppError && /^(CONFIG|RULES|USAGE|PARSE)_|^RULE_UNKNOWN$/.test(error.code)
    ? 2
    : 1;
}

function describe(error: unknown): string {
  const lines = messageOf(error)
    .split("\n")
    .map((line) => visible(line));
  if (error instanceof AppError)
    return `leafwatch: ${lines.join("\n")}\n  -> ${visible(error.hint)} [${error.code}]\n`;
  const stack =
    error instanceof Error && process.env["LEAFWATCH_DEBUG"] ? `\n${error.stack ?? ""}` : "";
  return `leafwatch: ${lines.join("\n")}${stack}\n`;
}

/** What a signal broke off has not been done; services end without it (`untilStopped`). */
function stopped(cause: unknown): AppError {
  return new AppError("STOPPED", "stopped by a signal before it was done", {
    hint: "run the command again: what was stored or sent by then stays so",
    cause,
  });
}

/**
 * A reader that has seen enough (`| head`) is no failure: the command ends where it next writes, quietly and with 0.
 */
let closed: Error | undefined;
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  closed = error;
});

async function out(content: string | Uint8Array): Promise<void> {
  if (closed) throw closed;
  if (!process.stdout.write(content)) await once(process.stdout, "drain");
}

// One signal stops every stream of every host: many listeners are no leak here.
setMaxListeners(0);
const shutdown = shutdownSignal();
const io: Io = {
  stdin: process.stdin,
  out,
  err: (text) => {
    process.stderr.write(text);
  },
  terminal: process.stderr.isTTY,
  // Undefined where stdout is no terminal.
  columns: process.stdout.columns,
  signal: shutdown.signal,
};

const program = new Command("leafwatch")
  .description("Log monitoring for Elasticsearch without agents.")
  .version(version)
  .exitOverride()
  .showHelpAfterError("(leafwatch --help lists the commands)");
for (const add of commands) add(program, io);
try {
  await program.parseAsync(process.argv);
} catch (thrown) {
  const error = isAbort(thrown) && shutdown.signal.aborted ? stopped(thrown) : thrown;
  // commander has printed its own message already.
  if (!(error instanceof CommanderError) && error !== closed) process.stderr.write(describe(error));
  process.exitCode = error === closed ? 0 : exitCodeOf(error);
} finally {
  shutdown[Symbol.dispose]();
}
