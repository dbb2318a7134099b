import type { PreparedDocument } from "./document.ts";
import type { Doubt } from "./doubt.ts";

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
  readonly settled: boolean;
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
  /** Takes documents as soon as there is room; resolves when all of them are done. */
  add(documents: readonly PreparedDocument[], terms: Terms, signal: AbortSignal): Promise<void>;
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
  const waiting: (() => void)[] = [];
  const calls = new Set<Call>();
  let pendingBytes = 0;
  let inFlightBytes = 0;
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

  function release(bytes: number): void {
    inFlightBytes -= bytes;
    // Each looks for itself whether there is room now, the oldest first.
    for (const wake of waiting.splice(0)) wake();
  }

  /** Waits for room and takes it at once: several may have waited for the same. */
  async function takeRoom(bytes: number, signal: AbortSignal): Promise<void> {
    while (inFlightBytes > 0 && inFlightBytes + bytes > limits.inFlightBytes) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          signal.removeEventListener("abort", wake);
          resolve();
        };
        waiting.push(wake);
        signal.addEventListener("abort", wake);
      });
      signal.throwIfAborted();
      if (closed) throw closed.reason;
    }
    inFlightBytes += bytes;
  }

  function start(
    documents: readonly PreparedDocument[],
    terms: Terms,
    bytes: number,
    signal: AbortSignal,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      let left = documents.length;
      let settled = false;
      const settle = (end: () => void) => {
        if (settled) return;
        settled = true;
        calls.delete(call);
        signal.removeEventListener("abort", abort);
        release(bytes);
        end();
      };
      const call: Call = {
        get settled() {
          return settled;
        },
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
      for (const document of documents) {
        const entry = { document, call, since: undefined, unsureUntil: undefined };
        pending.push({ ...entry, doubt: terms.doubt, terms });
      }
      pump();
    });
  }

  return {
    get inFlightBytes() {
      return inFlightBytes;
    },
    get reach() {
      return reach;
    },
    async add(documents, terms, signal) {
      signal.throwIfAborted();
      if (documents.length === 0) return;
      const bytes = documents.reduce((sum, { size }) => sum + size, 0);
      reach = Math.max(reach, bytes);
      if (closed) throw closed.reason;
      await takeRoom(bytes, signal);
      await start(documents, terms, bytes, signal);
    },
    setBytes(bytes) {
      maxBytes = Math.min(maxBytes, bytes);
    },
    close(reason) {
      closed = { reason };
      clearTimeout(timer);
      for (const call of calls) call.fail(reason);
      for (const wake of waiting.splice(0)) wake();
    },
  };
}
