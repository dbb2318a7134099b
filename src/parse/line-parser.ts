import { ecsVersion, type EcsEvent } from "../model/ecs.ts";
import type { RawLine } from "../model/raw-line.ts";
import type { ParseContext, ParsedFields, Parser } from "./format.ts";
import { relate } from "./related.ts";
import type { Zone } from "./zone.ts";

/** What every event of one stream has in common. */
export interface StreamFacts {
  /** `event.dataset` and the data stream's. */
  dataset: string;
  namespace: string;
  /** `host.name`; left out by `leafwatch parse` without `--host`. */
  host?: string | undefined;
  /** `log.file.path`. */
  path?: string | undefined;
  zone: Zone;
  /** `agent.version`: ours. */
  version: string;
  /** The directive in force where reading starts, as `directive()` gave it out. */
  directive?: string | undefined;
  trace?: ParseContext["trace"];
}

/** The parser of one stream. It remembers only the last directive, which holds for the lines after it. */
export interface LineParser {
  /** The event of `line`, read at `readAt` (epoch milliseconds); undefined for an empty line or a directive. */
  parse(line: RawLine, readAt: number): EcsEvent | undefined;
  /** The directive in force. Save it with the stream's position: a later parser needs it to go on in the middle. */
  directive(): string | undefined;
}

/**
 * Makes whole events of a stream's lines: what `parser` reads, and what every event carries. Never throws and never
 * drops: a line that the parser does not take becomes a `pipeline_error` with what could be read of it.
 */
export function createLineParser(parser: Parser, facts: StreamFacts): LineParser {
  const { dataset, namespace, host, path, version } = facts;
  const dot = dataset.indexOf(".");
  const ecs = { version: ecsVersion };
  const agent = { type: "leafwatch", version };
  const dataStream = { type: "logs" as const, dataset, namespace };
  const module = dot < 0 ? dataset : dataset.slice(0, dot);
  const file = path === undefined ? undefined : { path };
  const hostOnly = host === undefined ? undefined : { name: host };
  const context: ParseContext = {
    zone: facts.zone,
    readAt: 0,
    directive: facts.directive,
    trace: facts.trace,
  };
  let createdAt = NaN;
  let created = "";

  const read = (text: string): ParsedFields => {
    let failed: string;
    let fields: ParsedFields | undefined;
    try {
      const parsed = parser.parse(text, context);
      if (!("unparsed" in parsed)) return parsed;
      failed = parsed.unparsed;
      fields = parsed.fields;
    } catch (error) {
      // A mistake of ours in one format must not stop the stream; the reason stands in the event.
      failed = `the parser failed: ${error instanceof Error ? error.message : String(error)}`;
    }
    return failure(`not a line of ${dataset}: ${failed}`, fields);
  };

  return {
    directive: () => context.directive,
    parse(line, readAt) {
      const { text, flags, gapBytes } = line;
      if (readAt !== createdAt) {
        createdAt = readAt;
        created = new Date(readAt).toISOString();
        context.readAt = readAt;
      }
      let fields: ParsedFields;
      if (gapBytes !== undefined) {
        fields = { ...failure(text), leafwatch: { gap: { bytes: gapBytes } } };
      } else {
        if (parser.isDirective?.(text)) {
          context.directive = text;
          return undefined;
        }
        if (text === "" || parser.isBlank?.(text)) return undefined;
        fields = read(text);
      }

      // The objects that formats make are completed in place: copying them would cost more than parsing did.
      const event = (fields.event ??= {});
      event.kind ??= "event";
      event.dataset ??= dataset;
      event.module ??= module;
      event.original ??= text;
      event.created ??= created;
      fields["@timestamp"] ??= created;
      fields.ecs = ecs;
      fields.agent ??= agent;
      fields.data_stream = dataStream;
      if (hostOnly) {
        if (fields.host) fields.host.name = hostOnly.name;
        else fields.host = hostOnly;
      }
      const log = (fields.log ??= {});
      log.offset = line.offset;
      if (file) log.file = file;
      if (flags) log.flags = flags;
      const complete = fields as EcsEvent;
      relate(complete);
      return complete;
    },
  };
}

const failureTags = ["_parse_failure"];

function failure(message: string, read: ParsedFields = {}): ParsedFields {
  return {
    ...read,
    event: { ...read.event, kind: "pipeline_error" },
    error: { ...read.error, message },
    tags: failureTags,
  };
}
