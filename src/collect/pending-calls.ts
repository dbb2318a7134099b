import { connectionLost } from "./ssh-errors.ts";

/** Calls that wait for answers over a connection which may go down without another word. */
export interface PendingCalls extends Disposable {
  /** Starts a call that says when it is done. @throws connectionLost, or the reason of the signal's abort. */
  call<T>(start: (done: (error: Error | null | undefined, value: T) => void) => void): Promise<T>;
}

/**
 * Ends all calls that are under way when `closed` or `signal` aborts. One listener for all of them: for thousands of
 * small reads, one each costs more than the reading.
 */
export function pendingCalls(host: string, closed: AbortSignal, signal: AbortSignal): PendingCalls {
  const rejects = new Set<(reason: unknown) => void>();
  const reason = (): unknown =>
    signal.aborted ? signal.reason : connectionLost(host, closed.reason);
  const end = () => {
    for (const reject of rejects) reject(reason());
    rejects.clear();
  };
  signal.addEventListener("abort", end);
  closed.addEventListener("abort", end);
  return {
    call<T>(start: (done: (error: Error | null | undefined, value: T) => void) => void) {
      return new Promise<T>((resolve, reject) => {
        const fail = (why: unknown) => {
          reject(why instanceof Error ? why : new Error(String(why)));
        };
        if (signal.aborted || closed.aborted) {
          fail(reason());
          return;
        }
        rejects.add(fail);
        start((error, value) => {
          rejects.delete(fail);
          if (error) reject(error);
          else resolve(value);
        });
      });
    },
    [Symbol.dispose]() {
      signal.removeEventListener("abort", end);
      closed.removeEventListener("abort", end);
    },
  };
}
