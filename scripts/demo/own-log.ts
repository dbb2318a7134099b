import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";

/** What the product logs while the demo runs: in a file, and its errors at hand. */
export interface OwnLog extends AsyncDisposable {
  readonly write: (text: string) => void;
  /** The last few errors, in words. */
  errors(): readonly string[];
}

const kept = 5;

/** A log in a new file at `path`. */
export function createOwnLog(path: string): OwnLog {
  const file = createWriteStream(path);
  let errors: string[] = [];
  return {
    write(text) {
      file.write(text);
      for (const line of text.split("\n")) {
        const error = errorOf(line);
        if (error !== undefined) errors = [...errors, error].slice(-kept);
      }
    },
    errors: () => errors,
    async [Symbol.asyncDispose]() {
      file.end();
      await finished(file);
    },
  };
}

/** An ECS log line as one sentence where it is an error. */
function errorOf(line: string): string | undefined {
  if (!line.includes('"log.level":"error"')) return undefined;
  try {
    // A cast: our own logger wrote it.
    const { message, error } = JSON.parse(line) as {
      message?: string;
      error?: { message?: string };
    };
    return `${message ?? ""}${error?.message === undefined ? "" : `: ${error.message}`}`;
  } catch {
    return line;
  }
}
