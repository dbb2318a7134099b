import { setTimeout as sleep } from "node:timers/promises";

/**
 * Puts what comes one after the other into batches: each is handed on when it weighs `maxWeight`, or when nothing
 * more has come for `idleMs`.
 */
export async function* gather<T>(
  source: AsyncIterable<T>,
  weight: (one: T) => number,
  { maxWeight, idleMs }: { maxWeight: number; idleMs: number },
): AsyncGenerator<T[]> {
  const iterator = source[Symbol.asyncIterator]();
  let held: T[] = [];
  let heldWeight = 0;
  let pending = iterator.next();
  try {
    for (;;) {
      const timer = new AbortController();
      const next =
        held.length === 0
          ? await pending
          : await Promise.race([
              pending,
              sleep(idleMs, undefined, { signal: timer.signal }).catch(() => undefined),
            ]);
      timer.abort();
      if (next && !next.done) {
        held.push(next.value);
        heldWeight += weight(next.value);
        pending = iterator.next();
        if (heldWeight < maxWeight) continue;
      }
      if (held.length > 0) yield held;
      held = [];
      heldWeight = 0;
      if (next?.done) return;
    }
  } finally {
    pending.catch(() => undefined);
    await iterator.return?.();
  }
}
