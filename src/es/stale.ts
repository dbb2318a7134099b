import type { Stored } from "./documents.ts";

/**
 * Tells whether the owner of a claimed document has died: whoever works renews what it has claimed, so a document
 * that has not changed for `staleMs` belongs to nobody. Only the observer's own clock counts, and only the time that
 * it has watched: clocks of several machines need not agree.
 */
export function createStaleCheck(
  staleMs: number,
  now: () => number = performance.now.bind(performance),
): (seen: Stored<object>) => boolean {
  const firstSeen = new Map<string, { version: string; at: number }>();
  return ({ id, version: { seqNo, primaryTerm } }) => {
    const version = `${seqNo}/${primaryTerm}`;
    const known = firstSeen.get(id);
    if (known?.version === version) return now() - known.at >= staleMs;
    firstSeen.set(id, { version, at: now() });
    return false;
  };
}
