import { groupKey, type EventStore, type Group, type Selection } from "./events.ts";

const hourMs = 3_600_000;
/** Most groups were heard of lately: only those that were not are looked for further back. */
const looksMs = [hourMs, 6 * hourMs, 24 * hourMs];
const mostRemembered = 50_000;
/** So many groups of which something is remembered are asked for one by one, each only from there on. */
const oneByOne = 20;

/** Resolves to the time of each group's last event before `before` and at most `backMs` back, by `groupKey`. */
export type LastSeen = (
  events: EventStore,
  groups: readonly Group[],
  before: number,
  signal: AbortSignal,
) => Promise<Map<string, number>>;

/**
 * Asks when groups were last seen, at a cost that does not grow with history: the last hours first, and for what was
 * found before no further back than that.
 */
export function lastSeen(select: Selection, by: readonly string[], backMs: number): LastSeen {
  // Of each store: an event of the group that is known to be there. It proves that the last one is no older.
  const remembered = new WeakMap<EventStore, Map<string, number>>();
  return async (events, groups, before, signal) => {
    const known = remembered.get(events) ?? new Map<string, number>();
    remembered.set(events, known);
    if (known.size > mostRemembered) known.clear();
    const found = new Map<string, number>();
    const look = async (wanted: readonly Group[], from: number) => {
      if (wanted.length === 0) return;
      const range = { from, to: before };
      const query = { select, by, range, groups: wanted, measure: "documents" as const };
      for (const { group, last } of await events.tally(query, signal)) {
        const key = groupKey(group);
        found.set(key, last);
        known.set(key, Math.max(last, known.get(key) ?? last));
      }
    };
    const missing = () => groups.filter((group) => !found.has(groupKey(group)));
    const first = before - backMs;
    for (const lookMs of looksMs.filter((one) => one < backMs)) {
      const useful = missing().map((group) => [group, known.get(groupKey(group))] as const);
      const proven = useful.filter(([, at]) => at !== undefined && at >= first && at < before);
      if (lookMs > hourMs && proven.length > 0 && proven.length <= oneByOne) {
        for (const [group, at = first] of proven) await look([group], at);
      }
      await look(missing(), before - lookMs);
    }
    await look(missing(), first);
    return found;
  };
}
