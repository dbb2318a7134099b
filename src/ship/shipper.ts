import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@elastic/elasticsearch";
import { delayMs } from "../lib/backoff.ts";
import type { AppError } from "../lib/errors.ts";
import { statusOf } from "../es/errors.ts";
import type { Log } from "../lib/log.ts";
import type { EcsEvent } from "../model/ecs.ts";
import { createBackingIndices } from "./backing-indices.ts";
import { bulkTimeoutMs, sendBulk } from "./bulk.ts";
import { deadLetterOf, isDeadLetter } from "./dead-letter.ts";
import { bulkBody, prepareDocument } from "./document.ts";
import { deadLetterRefused, fatalError, leaseLost } from "./errors.ts";
import { findStored } from "./doubt.ts";
import { createQueue, type Entry, type QueueLimits, type Terms } from "./queue.ts";
import type { Outcome } from "./triage.ts";

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

export interface Shipper extends AsyncDisposable {
  /**
   * Resolves, to the data streams they belong to, when every event is stored or dead-lettered, however long that
   * takes; waits before it takes more than the cap in bytes. Rejects when no retry can help or `signal` aborts: any part may be stored then.
   *
   * @throws ES_UNAUTHORIZED, ES_FORBIDDEN, ES_NOT_SET_UP, ES_TLS, DEAD_LETTER_REFUSED, LEASE_LOST;
   * AbortError.
   */
  ship(
    shipment: Shipment,
    events: readonly { event: EcsEvent; offset: number }[],
    signal: AbortSignal,
  ): Promise<ReadonlySet<string>>;
  /** The oldest generation of `stream` that a document which is under way, or sent later, can be in; 0: any. */
  oldestGeneration(stream: string): number;
  readonly stats: Readonly<ShipperStats>;
  /** How many bytes of documents a reader can be ahead of its checkpoint. */
  readonly reach: number;
}

const defaults: QueueLimits = {
  documents: 4000,
  bytes: 4_000_000,
  ageMs: 200,
  bulks: 3,
  inFlightBytes: 64_000_000,
};
const backoff = { minMs: 100, maxMs: 30_000 };

/** What is left of a bulk, and why. */
interface Rest {
  entries: Entry[];
  reason: string;
}

/** One buffer for all streams, sent as bulks. An own loop: the client's loses events without a word. */
export function createShipper(options: ShipperOptions): Shipper {
  const { client, namespace, log } = options;
  const { gzip: compress = false, timeoutMs = bulkTimeoutMs } = options;
  const limits = { ...defaults, ...options.limits };
  const indices = createBackingIndices(client);
  const ended = new AbortController();
  const { signal: stop } = ended;
  const underWay = new Set<{ entries: readonly Entry[]; waitingFor: string | undefined }>();
  const running = new Set<Promise<void>>();
  const counts = { stored: 0, existed: 0, deadLettered: 0, bulks: 0, retries: 0 };
  const queue = createQueue(limits, (entries) => {
    const run = send(entries).finally(() => running.delete(run));
    running.add(run);
    return run;
  });

  /** Tries until each entry is stored, dead-lettered, given up by its caller or failed for good. */
  async function send(entries: readonly Entry[]): Promise<void> {
    const bulk: { entries: readonly Entry[]; waitingFor: string | undefined } = {
      entries,
      waitingFor: undefined,
    };
    underWay.add(bulk);
    try {
      for (let attempt = 1; ; attempt++) {
        const left = bulk.entries.filter(({ call }) => !call.settled);
        const found = await findStored(
          left,
          indices,
          (reason) => {
            bulk.waitingFor = reason;
          },
          stop,
        );
        for (const entry of found) count(entry, true);
        bulk.entries = left.filter((entry) => !found.has(entry));
        if (bulk.entries.length === 0) return;
        const rest = await sendOnce(bulk.entries);
        if (rest.entries.length < bulk.entries.length) attempt = 1;
        bulk.entries = rest.entries;
        if (rest.entries.length === 0) return;
        counts.retries++;
        bulk.waitingFor = rest.reason;
        await pause(attempt, rest);
      }
    } catch (error) {
      for (const { call } of bulk.entries) call.fail(error);
    } finally {
      underWay.delete(bulk);
    }
  }

  async function pause(attempt: number, { entries, reason }: Rest): Promise<void> {
    // The first tries are everyday; later ones are told of about once in five minutes.
    if (attempt === 3 || attempt % 10 === 0) {
      log.warn(
        { reason, documents: entries.length },
        "Elasticsearch does not take events: waiting",
      );
    }
    await sleep(delayMs(attempt, backoff), undefined, { signal: stop });
  }

  /** One request; more where the server says that one is too large. */
  async function sendOnce(entries: readonly Entry[]): Promise<Rest> {
    await stampGeneration(entries);
    for (const { terms, call } of entries) {
      if (terms.maySend?.() === false) call.fail(leaseLost());
    }
    const ours = entries.filter(({ call }) => !call.settled);
    return ours.length === 0 ? { entries: [], reason: "" } : request(ours);
  }

  async function request(entries: readonly Entry[]): Promise<Rest> {
    const now = Date.now();
    const documents = entries.map(({ document }) => document);
    const body = bulkBody(documents, now);
    counts.bulks++;
    const result = await sendBulk(client, body, entries.length, { compress, timeoutMs }, stop);
    if (result.kind === "answered") return sortOut(entries, result.outcomes);
    if (result.kind === "fatal") throw result.error;
    if (result.kind === "split") return split(entries, result.error);
    if (result.kind === "unsure") {
      for (const entry of entries) entry.unsureUntil = now + timeoutMs;
    }
    return { entries: [...entries], reason: result.error.message };
  }

  /** Notes for each entry the oldest index that this try can put it into. */
  async function stampGeneration(entries: readonly Entry[]): Promise<void> {
    for (const entry of entries) {
      const { stream } = entry.document;
      entry.since ??= indices.seen(stream) ?? (await indices.look(stream, stop));
    }
  }

  async function split(entries: readonly Entry[], error: AppError): Promise<Rest> {
    const [only] = entries;
    if (entries.length === 1 && only) {
      refuse(only, error.code, error.message);
      return { entries: only.call.settled ? [] : [only], reason: error.message };
    }
    const half = Math.ceil(entries.length / 2);
    if (statusOf(error) === 413) {
      // Remember what the cluster, or a proxy before it, takes.
      queue.setBytes(Math.ceil(entries.reduce((sum, { document }) => sum + document.size, 0) / 2));
    }
    const first = await sendOnce(entries.slice(0, half));
    const second = await sendOnce(entries.slice(half));
    return {
      entries: [...first.entries, ...second.entries],
      reason: first.reason || second.reason,
    };
  }

  function sortOut(entries: readonly Entry[], outcomes: readonly Outcome[]): Rest {
    const rest: Rest = { entries: [], reason: "" };
    outcomes.forEach((outcome, n) => {
      const entry = entries[n];
      if (entry === undefined) return;
      if (outcome.kind === "stored") {
        indices.note(entry.document.stream, outcome.index);
        count(entry, outcome.existed);
        return;
      }
      if (outcome.kind === "fatal") {
        entry.call.fail(fatalError(outcome, entry.document.stream));
        return;
      }
      if (outcome.kind === "unsure") entry.unsureUntil = Date.now() + timeoutMs;
      if (outcome.kind === "refused") refuse(entry, outcome.type, outcome.reason);
      rest.entries.push(entry);
      rest.reason = outcome.reason;
    });
    return rest;
  }

  function count({ document, call }: Entry, existed: boolean): void {
    if (isDeadLetter(document)) counts.deadLettered++;
    else counts.stored++;
    if (existed) counts.existed++;
    call.done();
  }

  /** Puts the dead letter in the place of a document that the cluster will never take. */
  function refuse(entry: Entry, type: string, reason: string): void {
    const { stream, id } = entry.document;
    if (isDeadLetter(entry.document)) {
      entry.call.fail(deadLetterRefused(stream, id, reason));
      return;
    }
    log.warn({ stream, id, reason }, "Elasticsearch refuses an event: kept as a dead letter");
    entry.document = deadLetterOf(entry.document, { type, reason }, namespace, Date.now());
    entry.since = undefined;
    // Whoever was refused before us has left a dead letter as well.
    entry.doubt = entry.terms.doubt;
  }

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
    ship({ origin, ...terms }, events, signal) {
      const documents = events.map(({ event, offset }) =>
        prepareDocument(event, origin, offset, namespace),
      );
      const streams = new Set(documents.map(({ stream }) => stream));
      // Not async: nothing here may keep the events alive once they have been made text.
      return queue.add(documents, terms, signal).then(() => streams);
    },
    oldestGeneration(stream) {
      let oldest = indices.seen(stream) ?? 0;
      for (const { entries } of underWay) {
        for (const { document, since } of entries) {
          if (document.stream === stream && since !== undefined) oldest = Math.min(oldest, since);
        }
      }
      return oldest;
    },
    async [Symbol.asyncDispose]() {
      ended.abort();
      queue.close(stop.reason);
      await Promise.allSettled(running);
    },
  };
}
