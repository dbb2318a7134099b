import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@elastic/elasticsearch";
import { statusOf } from "../es/errors.ts";
import { delayMs } from "../lib/backoff.ts";
import type { AppError } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import type { BackingIndices } from "./backing-indices.ts";
import { sendBulk } from "./bulk.ts";
import { letterFor } from "./dead-letter.ts";
import { bulkBody, bulkBytes, type PreparedDocument } from "./document.ts";
import { findStored } from "./doubt.ts";
import { fatalError, leaseLost } from "./errors.ts";
import { countOf, cut, type Parcel } from "./queue.ts";
import type { Outcome } from "./triage.ts";

/** What sending needs, and what it tells. */
export interface SendOptions {
  client: Client;
  namespace: string;
  log: Log;
  indices: BackingIndices;
  compress: boolean;
  timeoutMs: number;
  /** Documents are known to be stored; `existed`: by an earlier try. */
  onStored(documents: readonly PreparedDocument[], existed: boolean): void;
  onBulk(): void;
  onRetry(): void;
  /** The server, or a proxy before it, takes no more than about this at once. */
  onTooLarge(bytes: number): void;
}

/** One bulk on its way, however often it is sent. */
export interface Bulk {
  /** Why it has to wait; undefined while it does not. */
  readonly waitingFor: string | undefined;
  /** Resolves when each document is stored, dead-lettered, given up by its caller or failed for good. */
  run(signal: AbortSignal): Promise<void>;
}

/** What is left of a bulk, and why. */
interface Rest {
  parcels: readonly Parcel[];
  reason: string;
}

const backoff = { minMs: 100, maxMs: 30_000 };
const nothing: Rest = { parcels: [], reason: "" };

/** An own loop: the client's loses events without a word. */
export function createBulk(all: readonly Parcel[], options: SendOptions): Bulk {
  const { client, log, indices, compress, timeoutMs } = options;
  let waitingFor: string | undefined;

  async function run(signal: AbortSignal): Promise<void> {
    let parcels = all;
    try {
      for (let attempt = 1; ; attempt++) {
        parcels = await missing(parcels, signal);
        const count = countOf(parcels);
        const rest = count === 0 ? nothing : await sendOnce(parcels, signal);
        if (rest.parcels.length === 0) return;
        if (countOf(rest.parcels) < count) attempt = 1;
        parcels = rest.parcels;
        options.onRetry();
        waitingFor = rest.reason;
        await pause(attempt, rest, signal);
      }
    } catch (error) {
      for (const { call } of parcels) call.fail(error);
    }
  }

  /** Without what turns out to be stored already, or whose caller has given up. */
  async function missing(parcels: readonly Parcel[], signal: AbortSignal): Promise<Parcel[]> {
    const wanted = parcels.filter(({ call }) => !call.settled);
    const onWait = (reason: string) => {
      waitingFor = reason;
    };
    const found = await findStored(wanted, indices, onWait, signal);
    if (found.size === 0) return wanted;
    return wanted.flatMap((parcel) => {
      const documents = parcel.documents.filter((document) => !found.has(document));
      if (documents.length === parcel.documents.length) return [parcel];
      noteStored(
        parcel,
        parcel.documents.filter((document) => found.has(document)),
        true,
      );
      return documents.length === 0 ? [] : [{ ...parcel, documents }];
    });
  }

  async function pause(
    attempt: number,
    { parcels, reason }: Rest,
    signal: AbortSignal,
  ): Promise<void> {
    // The first tries are everyday; later ones are told of about once in five minutes.
    if (attempt === 3 || attempt % 10 === 0) {
      log.warn(
        { reason, documents: countOf(parcels) },
        "Elasticsearch does not take events: waiting",
      );
    }
    await sleep(delayMs(attempt, backoff), undefined, { signal });
  }

  /** One request; more where the server says that one is too large. */
  async function sendOnce(parcels: readonly Parcel[], signal: AbortSignal): Promise<Rest> {
    await noteGenerations(parcels, signal);
    failLost(parcels);
    const ours = parcels.filter(({ call }) => !call.settled);
    if (ours.length === 0) return nothing;
    const now = Date.now();
    const documents = ours.flatMap((parcel) => parcel.documents);
    const body = bulkBody(documents, now);
    options.onBulk();
    const result = await sendBulk(client, body, documents.length, { compress, timeoutMs }, signal);
    if (result.kind === "answered") return sortOut(ours, result.outcomes);
    if (result.kind === "fatal") throw result.error;
    if (result.kind === "split") return split(ours, result.error, signal);
    if (result.kind === "unsure") {
      for (const parcel of ours) parcel.unsureUntil = now + timeoutMs;
    }
    return { parcels: ours, reason: result.error.message };
  }

  /** Notes for each parcel the oldest index that this try can put it into. */
  async function noteGenerations(parcels: readonly Parcel[], signal: AbortSignal): Promise<void> {
    for (const parcel of parcels) {
      if (parcel.since !== undefined) continue;
      const { stream } = parcel;
      parcel.since = indices.seen(stream) ?? (await indices.look(stream, signal));
    }
  }

  /** Nothing may be sent for a host that somebody else may be reading by now. */
  function failLost(parcels: readonly Parcel[]): void {
    for (const { terms, call } of parcels) {
      if (terms.maySend?.() === false) call.fail(leaseLost());
    }
  }

  async function split(
    parcels: readonly Parcel[],
    error: AppError,
    signal: AbortSignal,
  ): Promise<Rest> {
    const count = countOf(parcels);
    const [first] = parcels;
    const [only] = first?.documents ?? [];
    if (count === 1 && first && only) {
      const letter = letterFor(first, only, { type: error.code, reason: error.message }, options);
      return { parcels: letter ? [letter] : [], reason: error.message };
    }
    if (statusOf(error) === 413) {
      const bytes = bulkBytes(parcels.flatMap(({ documents }) => documents));
      options.onTooLarge(Math.ceil(bytes / 2));
    }
    const [one, other] = cut(parcels, Math.ceil(count / 2));
    const ofOne = await sendOnce(one, signal);
    const ofOther = await sendOnce(other, signal);
    return {
      parcels: [...ofOne.parcels, ...ofOther.parcels],
      reason: ofOne.reason || ofOther.reason,
    };
  }

  function sortOut(parcels: readonly Parcel[], outcomes: readonly Outcome[]): Rest {
    const [first] = outcomes;
    // Nearly always, see triage.ts.
    if (first?.kind === "stored" && outcomes.every((one) => one === first)) {
      for (const parcel of parcels) {
        indices.note(parcel.stream, first.index);
        noteStored(parcel, parcel.documents, first.existed);
      }
      return nothing;
    }
    const rest: Parcel[] = [];
    let reason = "";
    let noted = "";
    let n = 0;
    for (const parcel of parcels) {
      const stored: PreparedDocument[] = [];
      const existed: PreparedDocument[] = [];
      const again: PreparedDocument[] = [];
      const unsure: PreparedDocument[] = [];
      for (const document of parcel.documents) {
        const outcome = outcomes[n++];
        if (outcome === undefined) break;
        switch (outcome.kind) {
          case "stored":
            if (outcome.index !== noted) indices.note(parcel.stream, outcome.index);
            noted = outcome.index;
            (outcome.existed ? existed : stored).push(document);
            continue;
          case "fatal":
            parcel.call.fail(fatalError(outcome, parcel.stream));
            continue;
          case "refused": {
            const letter = letterFor(parcel, document, outcome, options);
            if (letter) rest.push(letter);
            break;
          }
          case "again":
            again.push(document);
            break;
          case "unsure":
            unsure.push(document);
            break;
        }
        reason = outcome.reason;
      }
      noteStored(parcel, stored, false);
      noteStored(parcel, existed, true);
      if (again.length > 0) rest.push({ ...parcel, documents: again });
      if (unsure.length > 0)
        rest.push({ ...parcel, documents: unsure, unsureUntil: Date.now() + timeoutMs });
    }
    return { parcels: rest, reason };
  }

  function noteStored(
    { call }: Parcel,
    documents: readonly PreparedDocument[],
    existed: boolean,
  ): void {
    if (documents.length === 0) return;
    options.onStored(documents, existed);
    call.done(documents.length);
  }

  return {
    get waitingFor() {
      return waitingFor;
    },
    run,
  };
}
