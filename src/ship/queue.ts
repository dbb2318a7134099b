import type { PreparedDocument } from "./document.ts";
import type { Doubt } from "./doubt.ts";
import { createRoom } from "./room.ts";

/** A document on its way. */
export interface Entry {
  /** Replaced by its dead letter when the cluster refuses it. */
  document: PreparedDocument;
  readonly call: Call;
  /** Oldest generation that it may be in since it was first sent; undefined before that. */
  since: number | undefined;
  /** Until when an unanswered request may still store it, epoch milliseconds; undefined: nothing is unanswered. */
  unsureUntil: number | undefined;
  /** What may have been stored before we began; undefined once it has been looked up. */
  doubt: Doubt | undefined;
  /** What it came with; the doubt counts anew for its dead letter. */
  readonly terms: Terms;
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
  /** One of its documents is stored. */
  done(): void;
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

/**
 * Gathers the documents of all streams into bulks: full ones at once, others when their oldest document is `ageMs`
 * old. At most `bulks` are under way, and documents of at most `inFlightBytes` are taken (one call larger than that
 * passes alone). `send` never rejects.
 */
export function createQueue(
  limits: QueueLimits,
  send: (entries: readonly Entry[]) => Promise<void>,
): Queue {
  const pending: Entry[] = [];
  const room = createRoom(limits.inFlightBytes);
  const calls = new Set<Call>();
  let pendingBytes = 0;
  let reach = limits.inFlightBytes;
  let bulks = 0;
  let maxBytes = limits.bytes;
  let timer: NodeJS.Timeout | undefined;
  let isDue = false;
  let closed: { reason: unknown } | undefined;

  const isFull = () => pending.length >= limits.documents || pendingBytes >= maxBytes;

  function pump(): void {
    while (bulks < limits.bulks && pending.length > 0 && (isFull() || isDue)) {
      bulks++;
      void send(take()).finally(() => {
        bulks--;
        pump();
      });
    }
    if (pending.length > 0 && !isDue) {
      timer ??= setTimeout(() => {
        timer = undefined;
        isDue = true;
        pump();
      }, limits.ageMs);
    }
  }

  function take(): Entry[] {
    let count = 0;
    let bytes = 0;
    for (const { document } of pending) {
      if (count > 0 && (count >= limits.documents || bytes + document.size > maxBytes)) break;
      count++;
      bytes += document.size;
    }
    pendingBytes -= bytes;
    isDue &&= count < pending.length && bulks < limits.bulks;
    return pending.splice(0, count);
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
        done() {
          left--;
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
      pendingBytes += bytes;
      const { doubt } = terms;
      for (const document of documents) {
        pending.push({ document, call, since: undefined, unsureUntil: undefined, doubt, terms });
      }
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
