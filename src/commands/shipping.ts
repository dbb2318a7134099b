import { createHosts, type HostHandle } from "../collect/host.ts";
import type { LogEntry } from "../config/schema.ts";
import { createEnricher } from "../enrich/enricher.ts";
import { isWorthCompressing } from "../es/client.ts";
import { createDocuments } from "../es/documents.ts";
import { wrap } from "../es/errors.ts";
import type { AppError } from "../lib/errors.ts";
import { keepHeapSmall } from "../lib/heap.ts";
import type { Problem } from "../model/notification.ts";
import type { Metrics } from "../observe/metrics.ts";
import { utc, zoneOf, type Zone } from "../parse/zone.ts";
import { run, type Progress } from "../pipeline.ts";
import { createCheckpoints } from "../ship/checkpoints.ts";
import { createDelivery } from "../ship/delivery.ts";
import { createLeases, type Lease, type LeaseOptions } from "../ship/leases.ts";
import { createOwner } from "../ship/owner.ts";
import { createShipper, type ShipperStats } from "../ship/shipper.ts";
import type { Context } from "./context.ts";
import { failed, keyOf, stagesOf, type Shipping, type StreamFailure } from "./stages.ts";

/** What one run of the shipper did. */
export interface Shipped {
  stats: Readonly<ShipperStats>;
  failures: readonly StreamFailure[];
}

/** What keeps the shipper from going on just now; empty while nothing does. */
export interface Waiting {
  reasons: () => readonly string[];
}

export interface ShipOptions {
  once: boolean;
  /** Filled with a look at the shipper, for readiness. */
  waiting?: Waiting;
  metrics: Metrics;
  /** Filled with what operators must learn of. */
  troubles?: Map<string, Problem>;
  /** Names this process in checkpoints. */
  owner?: string;
  /** Other times than the usual ones: for tests, and where hosts must move faster. */
  leases?: Pick<LeaseOptions, "everyMs" | "staleMs">;
  /** How far what is stored may reach into a stream without a checkpoint, bytes of documents. */
  reach?: number;
  /** What else keeps hosts from being read. */
  trouble?: () => string | undefined;
  /** Whether a host is still ours to store for; always where left out. */
  isOurs?: (host: string) => boolean;
}

/**
 * Reads all hosts of the config into Elasticsearch: with `once` what is there now, else until `signal` aborts. A host
 * or stream that fails holds up no other.
 *
 * @throws AppError when nothing can be stored at all (rights, templates, TLS).
 */
export async function shipAll(
  context: Context,
  options: ShipOptions,
  signal: AbortSignal,
): Promise<Shipped> {
  const { config, client, log } = context;
  await using hosts = await createHosts(config.hosts, {
    once: options.once,
    log,
    maxLineBytes: config.limits.line,
  });
  const byName = new Map(
    hosts.all.map((host, i) => [host.name, { host, logs: config.hosts[i]?.logs ?? [] }]),
  );
  const names = [...byName.keys()];
  const owner = createOwner();
  // One run by hand takes over what it reads; only those that stay share the hosts.
  const documents = createDocuments<Lease>(client, `leafwatch-leases-${config.namespace}`);
  const leases = options.once
    ? undefined
    : createLeases({ ...options.leases, documents, owner, hosts: names, log });
  const work = async (shipping: Shipping, stopped: AbortSignal) => {
    const read = async (name: string, released: AbortSignal) => {
      const found = byName.get(name);
      if (found) await shipHost(shipping, found.host, found.logs, released);
    };
    if (leases) await leases.run(read, stopped);
    else await Promise.all(names.map((name) => read(name, stopped)));
  };
  const isOurs = leases && ((host: string) => leases.isOurs(host));
  return await withShipping(
    context,
    { ...options, owner, trouble: () => leases?.trouble, ...(isOurs && { isOurs }) },
    work,
    signal,
  );
}

/** Opens what shipping needs, lets `work` use it and closes it. @throws AppError when nothing can be stored at all. */
export async function withShipping(
  context: Context,
  options: ShipOptions,
  work: (shipping: Shipping, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<Shipped> {
  const { config, client, log } = context;
  keepHeapSmall();
  const stop = new AbortController();
  let reason: AppError | undefined;
  await using shipper = createShipper({
    client,
    namespace: config.namespace,
    log,
    limits: { inFlightBytes: config.limits.in_flight },
    gzip: isWorthCompressing(config.elasticsearch),
  });
  options.metrics.followShipper(() => shipper.stats);
  if (options.waiting) {
    options.waiting.reasons = () => {
      const reason = shipper.stats.waitingFor ?? options.trouble?.();
      return reason === undefined ? [] : [`shipping waits: ${reason}`];
    };
  }
  const { owner = createOwner(), isOurs, reach } = options;
  const checkpoints = createCheckpoints<Progress>(client, config.namespace, owner, { reach });
  await using enricher = await createEnricher(config.enrich);
  const shipping: Shipping = {
    context,
    once: options.once,
    metrics: options.metrics,
    troubles: options.troubles ?? new Map<string, Problem>(),
    enricher,
    delivery: createDelivery(shipper, checkpoints, isOurs),
    failures: [],
    open: new Set(),
    giveUp(error) {
      reason ??= error;
      stop.abort();
    },
  };
  const either = AbortSignal.any([signal, stop.signal]);
  await work(shipping, either);
  if (reason) throw reason;
  return { stats: { ...shipper.stats }, failures: shipping.failures };
}

/**
 * Lets searches find at once what has been stored, which a stream shows by itself after its refresh interval: whoever
 * ships by hand looks next. Says so where that is refused or fails, for nothing is lost then.
 */
export async function showStored(
  { client, config, log }: Context,
  signal: AbortSignal,
): Promise<void> {
  const index = `logs-*-${config.namespace}`;
  try {
    await wrap(() => client.indices.refresh({ index }, { signal }), signal);
  } catch (error) {
    if (signal.aborted) return;
    log.info({ err: error }, "searches find the last events within a few seconds");
  }
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
    const named = typeof entry["path"] === "string" ? entry["path"] : entry.format;
    for (let attempt = 1; ; attempt++) {
      try {
        await run(host.source(entry), stagesOf(shipping, host, entry, zone), signal);
        return;
      } catch (error) {
        // A glob whose folder cannot be listed: there is no stream yet that could fail.
        if (!(await failed(shipping, host.name, named, error, attempt, signal))) return;
      }
    }
  };
  await Promise.all(logs.map(runEntry));
  // Handed over to another shipper; when the host comes back its streams are opened anew.
  for (const key of [...shipping.open])
    if (key.startsWith(keyOf(host.name, ""))) shipping.open.delete(key);
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
