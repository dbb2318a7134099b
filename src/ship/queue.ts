import type { PreparedDocument } from "./document.ts";
import type { Doubt } from "./doubt.ts";
import { createRoom } from "./room.ts";

/**
 * Documents of one call and one stream on their way: what is known of one is known of all. Those that fare otherwise
 * than the rest become a parcel of their own.
 */
export interface Parcel {
  readonly stream: string;
  /** At least one. */
  readonly documents: readonly PreparedDocument[];
  readonly call: Call;
  /** Oldest generation that they may be in since they were first sent; undefined before that. */
  since: number | undefined;
  /** Until when an unanswered request may still store them, epoch milliseconds; undefined: nothing is unanswered. */
  unsureUntil: number | undefined;
  /** What may have been stored before we began; undefined once it has been looked up. */
  doubt: Doubt | undefined;
  /** What they came with; the doubt counts anew for a dead letter. */
  readonly terms: Terms;
}

/** How many documents there are. */
export function countOf(parcels: readonly Parcel[]): number {
  return parcels.reduce((sum, { documents }) => sum + documents.length, 0);
}

/** The first `count` documents, and the others. */
export function cut(parcels: readonly Parcel[], count: number): [Parcel[], Parcel[]] {
  const head: Parcel[] = [];
  const tail: Parcel[] = [];
  let left = count;
  for (const parcel of parcels) {
    const { documents } = parcel;
    if (left >= documents.length) head.push(parcel);
    else if (left <= 0) tail.push(parcel);
    else {
      head.push({ ...parcel, documents: documents.slice(0, left) });
      tail.push({ ...parcel, documents: documents.slice(left) });
    }
    left -= documents.length;
  }
  return [head, tail];
}

/** Parcels of neighbours of one stream. */
function parcelsOf(documents: readonly PreparedDocument[], call: Call, terms: Terms): Parcel[] {
  const parcels: Parcel[] = [];
  const { doubt } = terms;
  for (let from = 0, to = 0; from < documents.length; from = to) {
    const stream = documents[from]?.stream ?? "";
    while (documents[to]?.stream === stream) to++;
    const own = to - from === documents.length ? documents : documents.slice(from, to);
    const parcel = { stream, documents: own, call, terms, doubt };
    parcels.push({ ...parcel, since: undefined, unsureUntil: undefined });
  }
  return parcels;
}

/** What holds for all documents of one `add`. */
export interface Terms {
  /** What may be stored already. */
  doubt?: Doubt | undefined;
  /** Asked right before each sending; false: somebody else may be sending the same by now. */
  maySend?: (() => boolean) | undefined;
}

/** One `add`: its promise, and how much of it is still under way. */
export interface Call {
  settled: boolean;
  /** So many of its documents are stored. */
  done(count: number): void;
  fail(reason: unknown): void;
}

export interface QueueLimits {
  documents: number;
  bytes: number;
  ageMs: number;
  bulks: number;
  inFlightBytes: number;
}

export interface Queue {
  /** Resolves when there is room for another call; ask before making documents for it. */
  room(signal: AbortSignal): Promise<void>;
  /** Takes documents as soon as there is room; resolves, to their bytes, when all of them are done. */
  add(documents: readonly PreparedDocument[], terms: Terms, signal: AbortSignal): Promise<number>;
  /** Smaller bulks from now on. */
  setBytes(bytes: number): void;
  /** Fails everything that is under way, and everything that comes. */
  close(reason: unknown): void;
  readonly inFlightBytes: number;
  /** The most that can have been under way at once so far. */
  readonly reach: number;
}

/** While nothing is under way, this part of a full bulk is enough: the server has nothing else to do. */
const enoughForIdle = 1 / 4;

/**
 * Gathers the documents of all streams into bulks: full ones at once, others when their oldest document is `ageMs`
 * old. At most `bulks` are under way, and documents of at most `inFlightBytes` are taken (one call larger than that
 * passes alone). `send` never rejects.
 */
export function createQueue(
  limits: QueueLimits,
  send: (parcels: readonly Parcel[]) => Promise<void>,
): Queue {
  let pending: Parcel[] = [];
  let pendingCount = 0;
  const room = createRoom(limits.inFlightBytes);
  const calls = new Set<Call>();
  let reach = limits.inFlightBytes;
  let bulks = 0;
  let maxBytes = limits.bytes;
  let timer: NodeJS.Timeout | undefined;
  let isDue = false;
  let closed: { reason: unknown } | undefined;

  function pump(): void {
    while (bulks < limits.bulks && pendingCount > 0) {
      const { count, isFull } = next();
      if (!isFull && !isDue) break;
      bulks++;
      void send(take(count)).finally(() => {
        bulks--;
        pump();
      });
    }
    if (pendingCount > 0 && !isDue) {
      timer ??= setTimeout(() => {
        timer = undefined;
        isDue = true;
        pump();
      }, limits.ageMs);
    }
  }

  /** How much of what is pending the next bulk takes: a piece of one page. */
  function next(): { count: number; isFull: boolean } {
    const page = pending[0]?.documents[0]?.page;
    let count = 0;
    let bytes = 0;
    for (const { documents } of pending) {
      for (const { size, page: its } of documents) {
        const isFull = its !== page || count >= limits.documents || bytes + size > maxBytes;
        if (isFull && count > 0) return { count, isFull };
        count++;
        bytes += size;
      }
    }
    const enough = bulks === 0 ? enoughForIdle : 1;
    const isFull = count >= limits.documents * enough || bytes >= maxBytes * enough;
    return { count, isFull };
  }

  function take(count: number): Parcel[] {
    const [taken, left] = cut(pending, count);
    pending = left;
    pendingCount -= count;
    isDue &&= pendingCount > 0 && bulks < limits.bulks;
    return taken;
  }

  function start(
    documents: readonly PreparedDocument[],
    terms: Terms,
    bytes: number,
    signal: AbortSignal,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      let left = documents.length;
      const settle = (end: () => void) => {
        if (call.settled) return;
        call.settled = true;
        calls.delete(call);
        signal.removeEventListener("abort", abort);
        room.release(bytes);
        end();
      };
      const call: Call = {
        settled: false,
        done(count) {
          left -= count;
          if (left === 0) settle(resolve);
        },
        fail(reason) {
          settle(() => {
            // What was thrown is passed on as it is.
            // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
            reject(reason);
          });
        },
      };
      const abort = () => {
        call.fail(signal.reason);
      };
      calls.add(call);
      if (closed) call.fail(closed.reason);
      if (signal.aborted) abort();
      if (call.settled) return;
      signal.addEventListener("abort", abort);
      pendingCount += documents.length;
      pending.push(...parcelsOf(documents, call, terms));
      pump();
    });
  }

  return {
    room: (signal) => room.wait(signal),
    get inFlightBytes() {
      return room.used;
    },
    get reach() {
      return reach;
    },
    async add(documents, terms, signal) {
      signal.throwIfAborted();
      if (documents.length === 0) return 0;
      const bytes = documents.reduce((sum, { size }) => sum + size, 0);
      reach = Math.max(reach, bytes);
      if (closed) throw closed.reason;
      await room.take(bytes, signal);
      await start(documents, terms, bytes, signal);
      return bytes;
    },
    setBytes(bytes) {
      maxBytes = Math.min(maxBytes, bytes);
    },
    close(reason) {
      closed = { reason };
      clearTimeout(timer);
      for (const call of calls) call.fail(reason);
      room.close(reason);
    },
  };
}
