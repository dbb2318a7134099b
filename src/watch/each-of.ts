/**
 * Calls `work` for every item, `atOnce` side by side; resolves in the order of the items. When one fails the others
 * under way are waited for, so that nothing goes on behind the caller's back.
 *
 * @throws what `work` threw first.
 */
export async function eachOf<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
  signal: AbortSignal,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  let stopped = false;
  const worker = async () => {
    for (const [i, item] of queue) {
      if (stopped) return;
      signal.throwIfAborted();
      try {
        results[i] = await work(item);
      } catch (error) {
        stopped = true;
        throw error;
      }
    }
  };
  const done = await Promise.allSettled(Array.from({ length: atOnce }, worker));
  const failed = done.find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
  return results;
}
