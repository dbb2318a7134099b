import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@elastic/elasticsearch";
import { statusOf } from "../es/errors.ts";
import { delayMs } from "../lib/backoff.ts";
import type { AppError } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import type { BackingIndices } from "./backing-indices.ts";
import type { Bodies } from "./bodies.ts";
import { sendBulk } from "./bulk.ts";
import { deadLetterOf, isDeadLetter } from "./dead-letter.ts";
import { bulkBody, bulkBytes, idOf } from "./document.ts";
import { findStored } from "./doubt.ts";
import { deadLetterRefused, fatalError, leaseLost } from "./errors.ts";
import type { Entry, Terms } from "./queue.ts";
import type { Outcome } from "./triage.ts";

/** What sending needs, and what it tells. */
export interface SendOptions {
  client: Client;
  namespace: string;
  log: Log;
  indices: BackingIndices;
  bodies: Bodies;
  compress: boolean;
  timeoutMs: number;
  /** A document is known to be stored; `existed`: by an earlier try. */
  onStored(entry: Entry, existed: boolean): void;
  onBulk(): void;
  onRetry(): void;
  /** The server, or a proxy before it, takes no more than about this at once. */
  onTooLarge(bytes: number): void;
}

/** One bulk on its way, however often it is sent. */
export interface Bulk {
  /** Why it has to wait; undefined while it does not. */
  readonly waitingFor: string | undefined;
  /** The oldest generation of each stream that one of its documents can be in. */
  readonly oldest: ReadonlyMap<string, number>;
  /** Resolves when each entry is stored, dead-lettered, given up by its caller or failed for good. */
  run(signal: AbortSignal): Promise<void>;
}

/** What is left of a bulk, and why. */
interface Rest {
  entries: readonly Entry[];
  reason: string;
}

const backoff = { minMs: 100, maxMs: 30_000 };
const nothing: Rest = { entries: [], reason: "" };

/** An own loop: the client's loses events without a word. */
export function createBulk(all: readonly Entry[], options: SendOptions): Bulk {
  const { client, namespace, log, indices, bodies, compress, timeoutMs } = options;
  const oldest = new Map<string, number>();
  let waitingFor: string | undefined;

  async function run(signal: AbortSignal): Promise<void> {
    let entries = all;
    try {
      for (let attempt = 1; ; attempt++) {
        entries = await missing(entries, signal);
        const rest = entries.length === 0 ? nothing : await sendOnce(entries, signal);
        if (rest.entries.length === 0) return;
        if (rest.entries.length < entries.length) attempt = 1;
        entries = rest.entries;
        options.onRetry();
        waitingFor = rest.reason;
        await pause(attempt, rest, signal);
      }
    } catch (error) {
      for (const { call } of entries) call.fail(error);
    }
  }

  /** Without those that turn out to be stored already, or whose callers have given up. */
  async function missing(entries: readonly Entry[], signal: AbortSignal): Promise<Entry[]> {
    const left = entries.filter(({ call }) => !call.settled);
    const onWait = (reason: string) => {
      waitingFor = reason;
    };
    const found = await findStored(left, indices, onWait, signal);
    if (found.size === 0) return left;
    for (const entry of found) options.onStored(entry, true);
    return left.filter((entry) => !found.has(entry));
  }

  async function pause(
    attempt: number,
    { entries, reason }: Rest,
    signal: AbortSignal,
  ): Promise<void> {
    // The first tries are everyday; later ones are told of about once in five minutes.
    if (attempt === 3 || attempt % 10 === 0) {
      log.warn(
        { reason, documents: entries.length },
        "Elasticsearch does not take events: waiting",
      );
    }
    await sleep(delayMs(attempt, backoff), undefined, { signal });
  }

  /** One request; more where the server says that one is too large. */
  async function sendOnce(entries: readonly Entry[], signal: AbortSignal): Promise<Rest> {
    await noteGenerations(entries, signal);
    failLost(entries);
    const ours = entries.filter(({ call }) => !call.settled);
    if (ours.length === 0) return nothing;
    const now = Date.now();
    const documents = ours.map(({ document }) => document);
    const lent = bodies.lend(bulkBytes(documents));
    const body = bulkBody(documents, now, lent);
    options.onBulk();
    const result = await sendBulk(client, body, ours.length, { compress, timeoutMs }, signal);
    if (result.kind === "answered") {
      bodies.giveBack(lent);
      return sortOut(ours, result.outcomes);
    }
    if (result.kind === "fatal") throw result.error;
    if (result.kind === "split") return split(ours, result.error, signal);
    if (result.kind === "unsure") {
      for (const entry of ours) entry.unsureUntil = now + timeoutMs;
    }
    return { entries: ours, reason: result.error.message };
  }

  /** Notes for each entry the oldest index that this try can put it into. */
  async function noteGenerations(entries: readonly Entry[], signal: AbortSignal): Promise<void> {
    for (const entry of entries) {
      if (entry.since !== undefined) continue;
      const { stream } = entry.document;
      const since = indices.seen(stream) ?? (await indices.look(stream, signal));
      entry.since = since;
      if (since < (oldest.get(stream) ?? Infinity)) oldest.set(stream, since);
    }
  }

  /** Nothing may be sent for a host that somebody else may be reading by now. */
  function failLost(entries: readonly Entry[]): void {
    let asked: Terms | undefined;
    for (const { terms, call } of entries) {
      if (terms === asked) continue;
      asked = terms;
      if (terms.maySend?.() === false) call.fail(leaseLost());
    }
  }

  async function split(
    entries: readonly Entry[],
    error: AppError,
    signal: AbortSignal,
  ): Promise<Rest> {
    const [only] = entries;
    if (entries.length === 1 && only) {
      refuse(only, error.code, error.message);
      return { entries: only.call.settled ? [] : [only], reason: error.message };
    }
    const half = Math.ceil(entries.length / 2);
    if (statusOf(error) === 413) {
      const bytes = entries.reduce((sum, { document }) => sum + document.size, 0);
      options.onTooLarge(Math.ceil(bytes / 2));
    }
    const first = await sendOnce(entries.slice(0, half), signal);
    const second = await sendOnce(entries.slice(half), signal);
    return {
      entries: [...first.entries, ...second.entries],
      reason: first.reason || second.reason,
    };
  }

  function sortOut(entries: readonly Entry[], outcomes: readonly Outcome[]): Rest {
    const rest: Entry[] = [];
    let reason = "";
    let noted = "";
    for (const [n, outcome] of outcomes.entries()) {
      const entry = entries[n];
      if (entry === undefined) break;
      if (outcome.kind === "stored") {
        if (outcome.index !== noted) indices.note(entry.document.stream, outcome.index);
        noted = outcome.index;
        options.onStored(entry, outcome.existed);
        continue;
      }
      if (outcome.kind === "fatal") {
        entry.call.fail(fatalError(outcome, entry.document.stream));
        continue;
      }
      if (outcome.kind === "unsure") entry.unsureUntil = Date.now() + timeoutMs;
      if (outcome.kind === "refused") refuse(entry, outcome.type, outcome.reason);
      rest.push(entry);
      reason = outcome.reason;
    }
    return { entries: rest, reason };
  }

  /** Puts the dead letter in the place of a document that the cluster will never take. */
  function refuse(entry: Entry, type: string, reason: string): void {
    const { stream } = entry.document;
    const id = idOf(entry.document);
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
    get waitingFor() {
      return waitingFor;
    },
    oldest,
    run,
  };
}
