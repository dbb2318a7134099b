import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "./errors.ts";

export interface Backoff {
  /** Upper bound of the first delay, milliseconds. */
  minMs: number;
  /** Upper bound of every delay, milliseconds. */
  maxMs: number;
}

/**
 * Delay before retry `n` (1 = the first): exponential with jitter over its upper half, so that many who failed at
 * once do not come back at once, yet nobody retries immediately.
 */
export function delayMs(n: number, { minMs, maxMs }: Backoff, random = Math.random): number {
  const bound = Math.min(maxMs, minMs * 2 ** Math.min(n - 1, 30));
  return bound / 2 + (bound / 2) * random();
}

/**
 * Runs `call` until it succeeds, fails with an error that is not `retryable`, has been tried `attempts` times
 * (without end where that is left out), or `signal` aborts.
 *
 * @throws what `call` threw last; AbortError when `signal` aborts.
 */
export async function retry<T>(
  call: (attempt: number) => Promise<T>,
  options: Backoff & { attempts?: number; onRetry?: (error: AppError, attempt: number) => void },
  signal: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await call(attempt);
    } catch (error) {
      const again = error instanceof AppError && error.retryable;
      if (!again || attempt >= (options.attempts ?? Infinity)) throw error;
      options.onRetry?.(error, attempt);
      await sleep(delayMs(attempt, options), undefined, { signal });
    }
  }
}
