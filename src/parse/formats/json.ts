import { z } from "zod";
import { format, type Parser } from "../format.ts";
import { nested } from "../json-fields.ts";
import { readObject } from "../json-text.ts";

/** JSON lines: ECS as they are, anything else by `mapping`. */
export const json = format({
  type: "json",
  summary: "JSON lines: ECS documents as they are, others by a `mapping` of their fields to ECS.",
  options: z.object({
    /** Field of the line (dots go into objects) -> ECS field. What is not mapped stays in event.original only. */
    mapping: z.record(z.string(), z.string()).optional(),
  }),
  create: ({ mapping }) => parserOf(mapping),
});

function parserOf(mapping: Readonly<Record<string, string>> | undefined): Parser {
  return {
    parse(text, context) {
      const line = readObject(text);
      context.trace?.("JSON object", typeof line !== "string");
      if (typeof line === "string") return { unparsed: line };
      const { fields, wrong, zoned } = nested(
        mapping ? mapped(line, mapping) : isEcs(line) ? line : renamed(line),
        context.zone,
      );
      context.trace?.(mapping ? "mapping" : "ECS names", wrong.length === 0);
      if (!zoned) fields.event = { ...fields.event, timezone: context.zone.name };
      // Beside the fields that fit: whoever wrote the line means something else by these names than ECS does.
      return wrong.length === 0
        ? fields
        : { unparsed: `not of ECS's type: ${wrong.slice(0, 5).join(", ")}`, fields };
    },
  };
}

/** True for a line that calls its time as ECS does: such a line is ECS. */
function isEcs(line: Record<string, unknown>): boolean {
  return (
    Object.hasOwn(line, "@timestamp") ||
    Object.hasOwn(line, "ecs.version") ||
    Object.hasOwn(line, "ecs")
  );
}

/** Names that common loggers (pino, bunyan, winston, zap, logrus, structlog) give to fields of ECS. */
const usualNames: Readonly<Record<string, string>> = {
  time: "@timestamp",
  timestamp: "@timestamp",
  ts: "@timestamp",
  datetime: "@timestamp",
  msg: "message",
  level: "log.level",
  severity: "log.level",
  lvl: "log.level",
  logger: "log.logger",
  hostname: "host.hostname",
  pid: "process.pid",
};
/** pino and bunyan write levels as numbers. */
const levelNames: Readonly<Record<string, string>> = {
  10: "trace",
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
  60: "fatal",
};

function renamed(line: Record<string, unknown>): Record<string, unknown> {
  const out: [string, unknown][] = [];
  const taken = new Set<string>();
  for (const [key, value] of Object.entries(line)) {
    const known = Object.hasOwn(usualNames, key) ? usualNames[key] : undefined;
    const name = known === undefined || taken.has(known) || typeof value === "object" ? key : known;
    taken.add(name);
    const level = name === "log.level" && typeof value === "number" ? levelNames[value] : undefined;
    out.push([name, level ?? value]);
  }
  return Object.fromEntries(out);
}

function mapped(
  line: Record<string, unknown>,
  mapping: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const out: [string, unknown][] = [];
  for (const [from, to] of Object.entries(mapping)) {
    const value = valueAt(line, from);
    if (value !== undefined && value !== null) out.push([to, value]);
  }
  return Object.fromEntries(out);
}

/** The value under `path`: a key of that very name, else through objects. */
function valueAt(line: Record<string, unknown>, path: string): unknown {
  if (Object.hasOwn(line, path)) return line[path];
  let here: unknown = line;
  for (const key of path.split(".")) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, key)) return undefined;
    here = (here as Record<string, unknown>)[key];
  }
  return here;
}
