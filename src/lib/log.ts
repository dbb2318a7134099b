import { ecsFormat } from "@elastic/ecs-pino-format";
import { pino, type Logger, type LoggerOptions } from "pino";

/** The part of a logger that our code uses: constant messages, values in fields. */
export type Log = Pick<Logger, "error" | "warn" | "info" | "debug">;

/** A logger that says nothing, for tests and for commands whose output is their result. */
export const silentLog: Log = pino({ level: "silent" });

/** Logs ECS JSON lines to stderr (stdout belongs to results); never a secret: such keys are redacted. */
export function createLog(level: string): Log {
  const options: LoggerOptions = {
    ...ecsFormat({ serviceName: "leafwatch" }),
    level,
    redact: ["password", "passphrase", "api_key", "*.password", "*.passphrase", "*.api_key"],
  };
  return pino(options, pino.destination({ fd: 2, sync: true }));
}
