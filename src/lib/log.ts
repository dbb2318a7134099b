import { ecsFormat } from "@elastic/ecs-pino-format";
import { pino, type Logger, type LoggerOptions } from "pino";
import { AppError } from "./errors.ts";
import { visible } from "./visible.ts";
import { without } from "./without.ts";

/** The part of a logger that our code uses: constant messages, values in fields. */
export type Log = Pick<Logger, "error" | "warn" | "info" | "debug">;

/** A logger that says nothing, for tests and for commands whose output is their result. */
export const silentLog: Log = pino({ level: "silent" });

const secrets = ["password", "passphrase", "api_key"];
const redact = secrets.flatMap((key) => [key, `*.${key}`]);

/**
 * Logs ECS JSON lines through `write`, or readable text where `readable` (a terminal). `level` is pino's: error, warn,
 * info or debug. Keys that hold secrets are redacted. What an AppError in `err` says to do comes with it, in place of a stack trace.
 */
export function createLog(level: string, readable: boolean, write: (text: string) => void): Log {
  if (!readable) {
    const ecs = ecsFormat({ serviceName: "leafwatch" });
    const formatters = {
      ...ecs.formatters,
      log: (fields: Record<string, unknown>) =>
        withoutStack(fields, ecs.formatters?.log?.(withAdvice(fields)) ?? fields),
    };
    const options: LoggerOptions = { ...ecs, formatters, level, redact };
    return pino(options, { write });
  }
  return pino(
    { level, redact, base: null },
    {
      write: (line: string) => {
        write(readableLine(JSON.parse(line) as Record<string, unknown>));
      },
    },
  );
}

function withAdvice(fields: Record<string, unknown>): Record<string, unknown> {
  const err = fields["err"];
  return err instanceof AppError ? { code: err.code, hint: err.hint, ...fields } : fields;
}

/** An AppError is expected and says what to do: where in our code it was made helps nobody. */
function withoutStack(
  { err }: Record<string, unknown>,
  formatted: Record<string, unknown>,
): Record<string, unknown> {
  if (!(err instanceof AppError)) return formatted;
  return {
    ...formatted,
    error: without(formatted["error"] as Record<string, unknown>, "stack_trace"),
  };
}

function readableLine({ time, level, msg, ...fields }: Record<string, unknown>): string {
  const { err, ...rest } = fields;
  const clock = new Date(Number(time)).toISOString().slice(11, 19);
  const word = pino.levels.labels[Number(level)] ?? "";
  const values = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const { message, hint } = (err ?? {}) as { message?: string; hint?: string };
  const reason = [message, hint].filter((text) => text !== undefined).join("; ");
  const parts = [clock, word.padEnd(5), String(msg), ...values, ...(reason ? [`(${reason})`] : [])];
  return `${visible(parts.join(" "))}\n`;
}
