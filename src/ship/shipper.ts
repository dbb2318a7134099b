import type { Client } from "@elastic/elasticsearch";
import type { Log } from "../lib/log.ts";
import type { EcsEvent } from "../model/ecs.ts";
import { createBackingIndices } from "./backing-indices.ts";
import { bulkTimeoutMs } from "./bulk.ts";
import { isDeadLetter } from "./dead-letter.ts";
import { prepareDocument, release, type PreparedDocument } from "./document.ts";
import { pageLimits } from "./pages.ts";
import { createQueue, type QueueLimits, type Terms } from "./queue.ts";
import { createBulk, type Bulk, type SendOptions } from "./send.ts";

export interface ShipperOptions {
  client: Client;
  namespace: string;
  log: Log;
  /** Sizes; `inFlightBytes` is config `limits.in_flight`. */
  limits?: Partial<QueueLimits>;
  /** Compress what is sent; worth it where the network is slower than a core. */
  gzip?: boolean;
  /** After how long without an answer a bulk counts as lost, milliseconds. */
  timeoutMs?: number;
}

/** Counts since the start, and how things stand. */
export interface ShipperStats {
  /** Documents known to be stored, those that an earlier try had stored among them. */
  stored: number;
  /** Of these: stored by an earlier try. */
  existed: number;
  deadLettered: number;
  bulks: number;
  /** Bulks that had to be sent again, wholly or in part. */
  retries: number;
  /** Bytes of documents taken and not yet stored. */
  inFlightBytes: number;
  /** Why nothing moves just now; undefined when all is well. */
  waitingFor: string | undefined;
}

/** What names a batch's documents, and what holds for sending them. */
export interface Shipment extends Terms {
  origin: string;
}

/** What was made of a batch. */
export interface Stored {
  /** The data streams that it went to. */
  streams: ReadonlySet<string>;
  /** Documents, and their bytes. */
  count: number;
  bytes: number;
  /** `@timestamp` of the last one, epoch milliseconds; undefined where there is none. */
  newest: number | undefined;
}

export interface Shipper extends AsyncDisposable {
  /** Resolves when there is room for another batch. Ask before making events for it: they take ten times its space. */
  room(signal: AbortSignal): Promise<void>;
  /**
   * Takes every event before it returns. Resolves when every event is stored or dead-lettered, however long that takes;
   * waits before it takes more than the cap in bytes. Rejects when no retry can help or `signal` aborts: any part may be
   * stored then.
   *
   * @throws ES_UNAUTHORIZED, ES_FORBIDDEN, ES_NOT_SET_UP, ES_TLS, DEAD_LETTER_REFUSED, LEASE_LOST;
   * AbortError.
   */
  ship(
    shipment: Shipment,
    events: Iterable<{ event: EcsEvent; offset: number }>,
    signal: AbortSignal,
  ): Promise<Stored>;
  /** The oldest generation of `stream` that a document taken from `at` (by performance.now()) on can be in; 0: any. */
  oldestGeneration(stream: string, at: number): number;
  readonly stats: Readonly<ShipperStats>;
  /** How many bytes of documents a reader can be ahead of its checkpoint. */
  readonly reach: number;
}

const defaults: QueueLimits = {
  ...pageLimits,
  ageMs: 200,
  bulks: 3,
  inFlightBytes: 64_000_000,
};

/** One buffer for all streams, sent as bulks. */
export function createShipper(options: ShipperOptions): Shipper {
  const { client, namespace, log } = options;
  const limits = { ...defaults, ...options.limits };
  const indices = createBackingIndices(client);
  const ended = new AbortController();
  const underWay = new Set<Bulk>();
  const running = new Set<Promise<void>>();
  const counts = { stored: 0, existed: 0, deadLettered: 0, bulks: 0, retries: 0 };
  const sendOptions: SendOptions = {
    ...{ client, namespace, log, indices },
    compress: options.gzip ?? false,
    timeoutMs: options.timeoutMs ?? bulkTimeoutMs,
    onStored(documents, existed) {
      const [first] = documents;
      if (first && isDeadLetter(first)) counts.deadLettered += documents.length;
      else counts.stored += documents.length;
      for (const document of documents) release(document);
      if (existed) counts.existed += documents.length;
    },
    onBulk: () => counts.bulks++,
    onRetry: () => counts.retries++,
    onTooLarge(bytes) {
      queue.setBytes(bytes);
    },
  };
  const queue = createQueue(limits, (parcels) => {
    const bulk = createBulk(parcels, sendOptions);
    underWay.add(bulk);
    const run = bulk.run(ended.signal).finally(() => {
      underWay.delete(bulk);
      running.delete(run);
    });
    running.add(run);
    return run;
  });

  return {
    get reach() {
      return queue.reach;
    },
    get stats() {
      const waiting = [...underWay].find(({ waitingFor }) => waitingFor !== undefined);
      return {
        ...counts,
        inFlightBytes: queue.inFlightBytes,
        waitingFor: waiting?.waitingFor,
      };
    },
    room: (signal) => queue.room(signal),
    ship({ origin, ...terms }, events, signal) {
      const documents: PreparedDocument[] = [];
      const streams = new Set<string>();
      for (const { event, offset } of events) {
        const document = prepareDocument(event, origin, offset, namespace);
        documents.push(document);
        streams.add(document.stream);
      }
      // Read now: once a document is stored its place is another's.
      const newest = documents.at(-1)?.time;
      const count = documents.length;
      // Not async: nothing here may keep the events alive once they have been made text.
      return queue.add(documents, terms, signal).then((bytes) => ({
        ...{ streams, count, bytes, newest },
      }));
    },
    oldestGeneration: (stream, at) => indices.oldestFrom(stream, at),
    async [Symbol.asyncDispose]() {
      ended.abort();
      queue.close(ended.signal.reason);
      await Promise.allSettled(running);
    },
  };
}
