import { ecsFormat } from "@elastic/ecs-pino-format";
import { pino, type Logger, type LoggerOptions } from "pino";
import { visible } from "./visible.ts";

/** The part of a logger that our code uses: constant messages, values in fields. */
export type Log = Pick<Logger, "error" | "warn" | "info" | "debug">;

/** A logger that says nothing, for tests and for commands whose output is their result. */
export const silentLog: Log = pino({ level: "silent" });

const secrets = ["password", "passphrase", "api_key"];
const redact = secrets.flatMap((key) => [key, `*.${key}`]);

/**
 * Logs ECS JSON lines through `write`, or readable text where `readable` (a terminal). `level` is pino's: error, warn,
 * info or debug. Keys that hold secrets are redacted.
 */
export function createLog(level: string, readable: boolean, write: (text: string) => void): Log {
  if (!readable) {
    const options: LoggerOptions = { ...ecsFormat({ serviceName: "leafwatch" }), level, redact };
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

function readableLine({ time, level, msg, ...fields }: Record<string, unknown>): string {
  const { err, ...rest } = fields;
  const clock = new Date(Number(time)).toISOString().slice(11, 19);
  const word = pino.levels.labels[Number(level)] ?? "";
  const values = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const reason = (err as { message?: string } | undefined)?.message;
  const parts = [clock, word.padEnd(5), String(msg), ...values, ...(reason ? [`(${reason})`] : [])];
  return `${visible(parts.join(" "))}\n`;
}
