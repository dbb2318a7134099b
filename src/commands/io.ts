import type { Command } from "commander";
import type { Readable } from "node:stream";

/** What a command may touch of the outside; cli.ts makes it, tests make their own. */
export interface Io {
  stdin: Readable;
  /** Writes text or bytes to stdout as they are; resolves when the reader has room for more. */
  out(content: string | Uint8Array): Promise<void>;
  /** Writes text to stderr. */
  err(text: string): void;
  /** True when stderr is a terminal: progress bars and colours only then. */
  terminal: boolean;
  /** How many columns stdout shows where it is a terminal; undefined elsewhere. */
  columns?: number | undefined;
  /** Aborts at SIGTERM and SIGINT. */
  signal: AbortSignal;
}

/** Adds one command to the program. Its action throws AppError; cli.ts prints it and sets the exit code. */
export type AddCommand = (program: Command, io: Io) => void;
