import type { Documents, Stored } from "../../es/documents.ts";
import { messageOf } from "../../lib/errors.ts";
import type { Log } from "../../lib/log.ts";
import type { OutboxRow } from "./row.ts";
import type { Thread } from "./threads.ts";

/** Between two looks for what is old. */
const everyMs = 3_600_000;
/** Removed in one look: what is more waits for the next. */
const most = 2000;
/** Below this a row may still be asked for: an alert that comes back within a day, a week's report that is made up. */
const leastMs = 30 * 86_400_000;

/**
 * Removes messages that were final (or carried by another) longer ago than `retentionMs`, and threads that nothing was
 * added to for so long; what still waits is never removed. Looks once an hour; a failure is left to the next look.
 */
export function createForgetting(
  store: { rows: Documents<OutboxRow>; threads: Documents<Thread> },
  retentionMs: number | undefined,
  log: Log,
): (now: Date, signal: AbortSignal) => Promise<void> {
  let next = -Infinity;
  return async (now, signal) => {
    if (retentionMs === undefined || now.getTime() < next) return;
    next = now.getTime() + everyMs;
    const before = new Date(now.getTime() - Math.max(retentionMs, leastMs)).toISOString();
    try {
      const old = { range: { created_at: { lt: before } }, limit: most };
      const rows = await store.rows.list(
        { ...old, where: { state: ["sent", "dead", "joined", "void"] } },
        signal,
      );
      // A message that was tried until yesterday is yesterday's, whenever it was written.
      const removed = await removeAll(
        store.rows,
        rows.filter(({ doc }) => (doc.done_at ?? doc.created_at) < before),
        signal,
      );
      const threads = await store.threads.list(
        { where: { kind: ["thread"] }, range: { touched_at: { lt: before } }, limit: most },
        signal,
      );
      await removeAll(store.threads, threads, signal);
      if (removed > 0) log.info({ removed, before }, "old messages removed from the outbox");
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ reason: messageOf(error) }, "old messages could not be removed");
    }
  };
}

async function removeAll<T extends object>(
  documents: Documents<T>,
  old: readonly Stored<T>[],
  signal: AbortSignal,
): Promise<number> {
  let removed = 0;
  for (let start = 0; start < old.length; start += 20) {
    const some = old.slice(start, start + 20);
    const gone = await Promise.all(some.map((one) => documents.remove(one, signal)));
    removed += gone.filter(Boolean).length;
  }
  return removed;
}
