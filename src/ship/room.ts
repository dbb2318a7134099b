/** Room for bytes that are under way, given out in the order in which it was asked for. */
export interface Room {
  readonly used: number;
  /**
   * Resolves when something as large as what was taken last would fit. It takes nothing: whoever waited takes what he
   * needs right after.
   */
  wait(signal: AbortSignal): Promise<void>;
  /** Takes `bytes` at once where they fit, else as soon as they do. More than there is at all passes alone. */
  take(bytes: number, signal: AbortSignal): Promise<void>;
  release(bytes: number): void;
  /** Rejects everyone who waits. */
  close(reason: unknown): void;
}

interface Waiting {
  bytes: number;
  enter: () => void;
  fail: (reason: unknown) => void;
}

export function createRoom(limit: number): Room {
  const takers: Waiting[] = [];
  const waiters: Waiting[] = [];
  let used = 0;
  /** Bytes that somebody was let in for and has not taken yet. */
  let promised = 0;
  let latest = 0;
  const fits = (bytes: number, taken: number) => taken === 0 || taken + bytes <= limit;

  function take(bytes: number): void {
    used += bytes;
    latest = bytes;
  }

  function promise(): void {
    const bytes = latest;
    promised += bytes;
    // By then he has taken them, or never will.
    setImmediate(() => {
      promised -= bytes;
      admit();
    });
  }

  function admit(): void {
    for (let [first] = takers; first && fits(first.bytes, used); [first] = takers) {
      takers.shift();
      take(first.bytes);
      first.enter();
    }
    while (takers.length === 0 && waiters.length > 0 && fits(latest, used + promised)) {
      promise();
      waiters.shift()?.enter();
    }
  }

  function queued(queue: Waiting[], bytes: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        signal.removeEventListener("abort", abort);
        const at = queue.indexOf(one);
        if (at !== -1) queue.splice(at, 1);
      };
      const one: Waiting = {
        bytes,
        enter: () => {
          leave();
          resolve();
        },
        fail: (reason) => {
          leave();
          // What was thrown is passed on as it is.
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
          reject(reason);
        },
      };
      const abort = () => {
        one.fail(signal.reason);
        admit();
      };
      queue.push(one);
      signal.addEventListener("abort", abort);
    });
  }

  return {
    get used() {
      return used;
    },
    async wait(signal) {
      signal.throwIfAborted();
      if (takers.length + waiters.length > 0 || !fits(latest, used + promised)) {
        await queued(waiters, 0, signal);
      }
    },
    async take(bytes, signal) {
      signal.throwIfAborted();
      if (takers.length > 0 || !fits(bytes, used)) await queued(takers, bytes, signal);
      else take(bytes);
    },
    release(bytes) {
      used -= bytes;
      admit();
    },
    close(reason) {
      for (const one of [...takers, ...waiters]) one.fail(reason);
    },
  };
}
