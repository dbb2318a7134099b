import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { createHosts, type HostHandle } from "../collect/host.ts";
import type { Stream } from "../collect/source.ts";
import type { LogEntry } from "../config/schema.ts";
import { delayMs } from "../lib/backoff.ts";
import { AppError, isAbort } from "../lib/errors.ts";
import { version } from "../lib/version.ts";
import type { LineBatch } from "../model/raw-line.ts";
import type { Metrics } from "../observe/metrics.ts";
import { createLineParser, type LineParser } from "../parse/line-parser.ts";
import { formatOf } from "../parse/registry.ts";
import { utc, zoneOf, type Zone } from "../parse/zone.ts";
import { run, type ParsedLine, type Progress, type Stages } from "../pipeline.ts";
import { createCheckpoints } from "../ship/checkpoints.ts";
import { createDelivery, type Delivery } from "../ship/delivery.ts";
import { createShipper, type ShipperStats } from "../ship/shipper.ts";
import type { Context } from "./context.ts";

/** A stream that could not be read to its end, or a host that could not be reached at all. */
export interface StreamFailure {
  host: string;
  stream: string;
  error: AppError;
}

/** What one run of the shipper did. */
export interface Shipped {
  stats: Readonly<ShipperStats>;
  failures: readonly StreamFailure[];
}

interface Shipping {
  context: Context;
  once: boolean;
  metrics: Metrics;
  delivery: Delivery<Progress>;
  failures: StreamFailure[];
  /** Streams that are being read, so that two entries that match one file do not fight for its checkpoint. */
  open: Set<string>;
  /** Stops everything: for errors that no source can get around, such as wrong credentials. */
  giveUp(error: AppError): void;
}

/** Pause before a failed stream is tried again. */
const again = { minMs: 5000, maxMs: 300_000 };

/**
 * Reads all hosts of the config into Elasticsearch: with `once` what is there now, else until `signal` aborts. A host
 * or stream that fails holds up no other.
 *
 * @throws AppError when nothing can be stored at all (rights, templates, TLS).
 */
export async function shipAll(
  context: Context,
  options: { once: boolean; metrics: Metrics },
  signal: AbortSignal,
): Promise<Shipped> {
  const { config, client, log } = context;
  const stop = new AbortController();
  let reason: AppError | undefined;
  await using shipper = createShipper({
    client,
    namespace: config.namespace,
    log,
    limits: { inFlightBytes: config.limits.in_flight },
  });
  const owner = `${hostname()}:${process.pid}:${randomUUID()}`;
  const shipping: Shipping = {
    context,
    ...options,
    delivery: createDelivery(shipper, createCheckpoints<Progress>(client, config.namespace, owner)),
    failures: [],
    open: new Set(),
    giveUp(error) {
      reason ??= error;
      stop.abort();
    },
  };
  const either = AbortSignal.any([signal, stop.signal]);
  await using hosts = await createHosts(config.hosts, {
    once: options.once,
    log,
    maxLineBytes: config.limits.line,
  });
  await Promise.all(
    hosts.all.map((host, i) => shipHost(shipping, host, config.hosts[i]?.logs ?? [], either)),
  );
  if (reason) throw reason;
  return { stats: { ...shipper.stats }, failures: shipping.failures };
}

async function shipHost(
  shipping: Shipping,
  host: HostHandle,
  logs: readonly LogEntry[],
  signal: AbortSignal,
): Promise<void> {
  const zone = await zoneOfHost(shipping, host, signal);
  if (zone === undefined) return;
  const runEntry = async (entry: LogEntry) => {
    try {
      await run(host.source(entry), stagesOf(shipping, host, entry, zone), signal);
    } catch (error) {
      // A glob whose folder cannot be listed: there is no stream yet that could fail.
      await failed(
        shipping,
        host.name,
        typeof entry["path"] === "string" ? entry["path"] : entry.format,
        error,
        1,
        signal,
      );
    }
  };
  await Promise.all(logs.map(runEntry));
}

/** Asked of the host where the config is silent; undefined when that failed for good. */
async function zoneOfHost(
  shipping: Shipping,
  host: HostHandle,
  signal: AbortSignal,
): Promise<Zone | undefined> {
  const { timezone } = shipping.context.config;
  for (let attempt = 1; ; attempt++) {
    try {
      return zoneOf((await host.timezone(signal)) ?? timezone) ?? zoneOf(timezone) ?? utc;
    } catch (error) {
      if (!(await failed(shipping, host.name, "time zone", error, attempt, signal)))
        return undefined;
    }
  }
}

function stagesOf(shipping: Shipping, host: HostHandle, entry: LogEntry, zone: Zone): Stages {
  const { delivery, metrics, context, open } = shipping;
  const { name } = host;
  const attempts = new Map<string, number>();
  const format = formatOf(entry.format);
  if (!format) throw new TypeError(`${entry.format} is no format`); // the config was checked
  const keyOf = (stream: Stream) => JSON.stringify([name, stream.name]);
  return {
    async load(stream, signal) {
      if (!attempts.has(stream.name) && open.has(keyOf(stream))) throw readTwice(name, stream);
      open.add(keyOf(stream));
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
          return eventsOf(parser, batch, metrics);
        },
        directive: () => (parser ? parser.directive() : directive),
      };
    },
    async ship(stream, batch, events, signal) {
      await delivery.ship(name, stream.name, batch, events, signal);
      const newest = events.at(-1);
      if (!newest) return;
      const labels = { host: name, stream: stream.name };
      metrics.events.inc({ dataset: entry.format }, events.length);
      metrics.lastReadSeconds.set(labels, batch.readAt / 1000);
      const age = Date.now() - Date.parse(newest.event["@timestamp"]);
      metrics.delaySeconds.set(labels, Math.max(0, age) / 1000);
    },
    async save(stream, progress, signal) {
      await delivery.save(name, stream.name, progress, signal);
      attempts.set(stream.name, 0);
    },
    failed(stream, error, signal) {
      const attempt = (attempts.get(stream.name) ?? 0) + 1;
      attempts.set(stream.name, attempt);
      metrics.streamFailures.inc({ host: name });
      return failed(shipping, name, stream.name, error, attempt, signal);
    },
  };
}

function eventsOf(
  parser: LineParser,
  { lines, readAt }: LineBatch,
  metrics: Metrics,
): ParsedLine[] {
  const events: ParsedLine[] = [];
  for (const line of lines) {
    const event = parser.parse(line, readAt);
    if (!event) continue;
    events.push({ event, offset: line.offset });
    if (event.event.kind === "pipeline_error") {
      metrics.unparsed.inc({ dataset: event.event.dataset ?? "" });
    }
  }
  return events;
}

/** Errors of the cluster that no source can get around. */
const fatal = new Set(["ES_UNAUTHORIZED", "ES_FORBIDDEN", "ES_NOT_SET_UP", "ES_TLS"]);

/** The one place that decides what becomes of a failed stream; true: try again. */
async function failed(
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
  shipping.context.log.error(
    { host: { name: host }, stream, code, hint, err: thrown },
    "stream failed",
  );
  if (fatal.has(code)) shipping.giveUp(thrown);
  if (fatal.has(code) || shipping.once || code === "SHIP_READ_TWICE") {
    shipping.failures.push({ host, stream, error: thrown });
    return false;
  }
  try {
    await sleep(delayMs(attempt, again), undefined, { signal });
    return true;
  } catch (error) {
    if (isAbort(error)) return false;
    throw error;
  }
}

function readTwice(host: string, stream: Stream): AppError {
  return new AppError("SHIP_READ_TWICE", `${host}: two entries of logs: read ${stream.name}`, {
    hint: "narrow the path of one of them: a file is read once",
  });
}
