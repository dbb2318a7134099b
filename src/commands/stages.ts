import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { LogEntry } from "../config/schema.ts";
import type { Enricher } from "../enrich/enricher.ts";
import { delayMs } from "../lib/backoff.ts";
import { AppError, isAbort } from "../lib/errors.ts";
import { version } from "../lib/version.ts";
import type { Problem } from "../model/notification.ts";
import type { LineBatch } from "../model/raw-line.ts";
import type { Metrics } from "../observe/metrics.ts";
import { createLineParser, type LineParser } from "../parse/line-parser.ts";
import { formatOf } from "../parse/registry.ts";
import type { Zone } from "../parse/zone.ts";
import type { ParsedLine, Progress, Stages } from "../pipeline.ts";
import type { Delivery } from "../ship/delivery.ts";
import type { Context } from "./context.ts";

/** A stream that could not be read to its end, or a host that could not be reached at all. */
export interface StreamFailure {
  host: string;
  stream: string;
  error: AppError;
}

/** What the streams of all hosts share while they are shipped. */
export interface Shipping {
  context: Context;
  once: boolean;
  metrics: Metrics;
  enricher: Enricher;
  delivery: Delivery<Progress>;
  failures: StreamFailure[];
  /** Streams that are being read, so that two entries that match one file do not fight for its checkpoint. */
  open: Set<string>;
  /** Streams that fail again and again, for those who run Leafwatch; by `keyOf`. */
  troubles: Map<string, Problem>;
  /** Stops everything: for errors that no source can get around, such as wrong credentials. */
  giveUp(error: AppError): void;
}

/** A stream that fails so often in a row is told to operators. */
const toldAfterFailures = 3;
/** Pause before a failed stream is tried again. */
const again = { minMs: 5000, maxMs: 300_000 };

/** The stages of one `logs:` entry of a host. */
export function stagesOf(
  shipping: Shipping,
  host: { readonly name: string },
  entry: LogEntry,
  zone: Zone,
): Stages {
  const { delivery, metrics, context, open } = shipping;
  const { name } = host;
  const attempts = new Map<string, number>();
  const format = formatOf(entry.format);
  if (!format) throw new TypeError(`${entry.format} is no format`); // the config was checked
  return {
    async load(stream, signal) {
      if (!attempts.has(stream.name) && open.has(keyOf(name, stream.name)))
        throw readTwice(name, stream.name);
      open.add(keyOf(name, stream.name));
      attempts.set(stream.name, attempts.get(stream.name) ?? 0);
      return delivery.load(name, stream.name, signal);
    },
    parser(_stream, directive) {
      let parser: LineParser | undefined;
      return {
        parse(batch) {
          parser ??= createLineParser(format.create(entry), {
            dataset: entry.format,
            namespace: context.config.namespace,
            host: name,
            path: batch.path,
            zone,
            version,
            directive,
          });
          return eventsOf(parser, batch, shipping);
        },
        directive: () => (parser ? parser.directive() : directive),
      };
    },
    room: (signal) => delivery.room(signal),
    ship(stream, { origin, readAt }, events, signal) {
      // Nothing here may keep the lines alive once their events have been made text: no async function, and no closure
      // over the events.
      return delivery
        .ship(name, stream.name, { origin }, events, signal)
        .then(({ count, newest }) => {
          if (newest === undefined) return;
          const labels = { host: name, stream: stream.name };
          metrics.events.inc({ dataset: entry.format }, count);
          metrics.lastReadSeconds.set(labels, readAt / 1000);
          metrics.delaySeconds.set(labels, Math.max(0, Date.now() - newest) / 1000);
        });
    },
    landed: (stream) => delivery.landed(name, stream.name),
    async save(stream, progress, signal) {
      await delivery.save(name, stream.name, progress, signal);
      attempts.set(stream.name, 0);
      shipping.troubles.delete(keyOf(name, stream.name));
    },
    failed(stream, error, signal) {
      const attempt = (attempts.get(stream.name) ?? 0) + 1;
      attempts.set(stream.name, attempt);
      metrics.streamFailures.inc({ host: name });
      return failed(shipping, name, stream.name, error, attempt, signal);
    },
  };
}

function* eventsOf(
  parser: LineParser,
  { lines, readAt }: LineBatch,
  { enricher, metrics }: Shipping,
): Generator<ParsedLine> {
  for (const line of lines) {
    const event = parser.parse(line, readAt);
    if (!event) continue;
    enricher.enrich(event);
    if (event.event.kind === "pipeline_error") {
      metrics.unparsed.inc({ dataset: event.event.dataset ?? "" });
    }
    yield { event, offset: line.offset };
  }
}

/** Names a stream among those of all hosts. */
export function keyOf(host: string, stream: string): string {
  return `${host}\0${stream}`;
}

/** Errors of the cluster that no source can get around. */
const fatal = new Set([
  ...["ES_UNAUTHORIZED", "ES_FORBIDDEN", "ES_TLS"],
  ...["ES_NOT_SET_UP", "ES_INDEX_IN_THE_WAY"],
]);

/** The one place that decides what becomes of a failed stream; true: try again. */
export async function failed(
  shipping: Shipping,
  host: string,
  stream: string,
  thrown: unknown,
  attempt: number,
  signal: AbortSignal,
): Promise<boolean> {
  if (signal.aborted) return false;
  // Anything but an AppError is a mistake of ours: not to be retried in silence.
  if (!(thrown instanceof AppError)) throw thrown;
  const { code, hint } = thrown;
  // What is read once tells of all its failures at its end.
  if (!shipping.once) {
    const { log } = shipping.context;
    const where = { host: { name: host }, stream };
    // Somebody ships it by hand, or takes it over just now: that is how it should be.
    if (code === "CHECKPOINT_TAKEN")
      log.warn({ ...where, reason: thrown.message }, "stream let go");
    else log.error({ ...where, err: thrown }, "stream failed");
  }
  if (fatal.has(code)) shipping.giveUp(thrown);
  if (fatal.has(code) || shipping.once || code === "SHIP_READ_TWICE") {
    shipping.failures.push({ host, stream, error: thrown });
    return false;
  }
  if (attempt >= toldAfterFailures) {
    const key = keyOf(host, stream);
    shipping.troubles.set(key, {
      key: `stream-failing:${createHash("sha256").update(key).digest("hex").slice(0, 16)}`,
      level: "high",
      title: `A log of ${host} cannot be read`,
      detail: `${stream}: ${thrown.message} (${code}). ${hint}. It is tried again and again; nothing is lost.`,
    });
  }
  try {
    await sleep(delayMs(attempt, again), undefined, { signal });
    return true;
  } catch (error) {
    if (isAbort(error)) return false;
    throw error;
  }
}

/** Two entries of `host` match `stream`. */
export function readTwice(host: string, stream: string): AppError {
  return new AppError("SHIP_READ_TWICE", `${host}: two entries of logs: read ${stream}`, {
    hint: "narrow the path of one of them: a file is read once",
  });
}
