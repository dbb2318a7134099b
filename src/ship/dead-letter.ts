import { ecsVersion, type EcsEvent } from "../model/ecs.ts";
import type { Log } from "../lib/log.ts";
import { idOf, prepareAs, release, textOf, type PreparedDocument } from "./document.ts";
import { deadLetterRefused } from "./errors.ts";
import type { Parcel } from "./queue.ts";

/** `leafwatch.dead_letter.state`: what an operator has done about it. */
export type DeadLetterState = "new" | "retried" | "dropped";

/** A dead letter as it is stored, without what every event has. */
export interface DeadLetter {
  state: DeadLetterState;
  /** The data stream that refused it, and its id there. */
  index: string;
  id: string;
  /** The document, as JSON text. Cut off where it was too large to be sent at all. */
  document: string;
  tried_at?: string;
}

const dataset = "leafwatch.dead_letter";
/** Room in the smallest request body that proxies commonly allow, 1 MB. */
const maxDocument = 400_000;

/** Name of the stream of dead letters. */
export function deadLetterStream(namespace: string): string {
  return `logs-${dataset}-${namespace}`;
}

export function isDeadLetter({ stream }: PreparedDocument): boolean {
  return stream.startsWith(`logs-${dataset}-`);
}

/** What is stored in the place of a document that the cluster refuses: where it was, why, and all of it. */
function deadLetterOf(
  refused: PreparedDocument,
  error: { type: string; reason: string },
  namespace: string,
  now: number,
): PreparedDocument {
  const text = textOf(refused);
  const id = idOf(refused);
  const { host, log, event } = partsOf(text);
  const letter: DeadLetter = {
    state: "new",
    index: refused.stream,
    id,
    document: text.slice(0, maxDocument),
  };
  const time = new Date(now).toISOString();
  const document: EcsEvent = {
    "@timestamp": time,
    ecs: { version: ecsVersion },
    data_stream: { type: "logs", dataset, namespace },
    event: {
      kind: "pipeline_error",
      dataset,
      module: "leafwatch",
      created: time,
      ...(typeof event?.original === "string" && {
        original: event.original.slice(0, maxDocument),
      }),
    },
    error: { code: error.type, message: error.reason },
    ...(typeof host?.name === "string" && { host: { name: host.name } }),
    ...(typeof log?.file?.path === "string" && {
      log: { file: { path: log.file.path }, offset: Number(log.offset) },
    }),
    leafwatch: { dead_letter: letter },
  };
  return prepareAs(deadLetterStream(namespace), id, document);
}

/** The few members that help to find the line again; nothing in a refused document is trusted. */
function partsOf(text: string): {
  host?: { name?: unknown };
  log?: { file?: { path?: unknown }; offset?: unknown };
  event?: { original?: unknown };
} {
  try {
    // Every member that we read is checked where it is used.
    return JSON.parse(text) as ReturnType<typeof partsOf>;
  } catch {
    return {};
  }
}

/** What goes in the place of a document that the cluster will never take; undefined where that is refused too. */
export function letterFor(
  parcel: Parcel,
  document: PreparedDocument,
  error: { type: string; reason: string },
  { log, namespace }: { log: Log; namespace: string },
): Parcel | undefined {
  const { stream } = document;
  const { reason } = error;
  const id = idOf(document);
  if (isDeadLetter(document)) {
    parcel.call.fail(deadLetterRefused(stream, id, reason));
    return undefined;
  }
  log.warn({ stream, id, reason }, "Elasticsearch refuses an event: kept as a dead letter");
  const letter = deadLetterOf(document, error, namespace, Date.now());
  release(document);
  // Whoever was refused before us has left a dead letter as well.
  const { doubt } = parcel.terms;
  return { ...parcel, stream: letter.stream, documents: [letter], since: undefined, doubt };
}
