import { setTimeout as sleep } from "node:timers/promises";
import type { Running } from "./leafwatch.ts";

/** How long something may stand still before the demo stops waiting for it: a busy machine is no failure. */
const patienceMs = 90_000;

/**
 * Looks twice a second how far something has come. False when it stood still for too long without being done.
 *
 * @throws why a command of `running` ended meanwhile.
 */
export async function until(
  look: () => Promise<{ done: boolean; reached: number }>,
  running: readonly Running[],
  signal: AbortSignal,
): Promise<boolean> {
  let before = -1;
  let deadline = 0;
  for (;;) {
    for (const each of running) {
      const failure = each.failure();
      if (failure) throw failure;
    }
    const { done, reached } = await look();
    if (done) return true;
    if (reached !== before) deadline = Date.now() + patienceMs;
    before = reached;
    if (Date.now() > deadline) return false;
    await sleep(500, undefined, { signal });
  }
}
