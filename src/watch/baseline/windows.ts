import { groupKey, type EventStore, type Group, type Range, type Selection } from "../events.ts";
import { quarterMs, type LocalSlots } from "./local-slots.ts";

/** What one window holds of one group. Times are epoch milliseconds. */
export interface Window {
  /** Start of the window; first and last event in it. */
  start: number;
  first: number;
  last: number;
  /** Login attempts for authentication events, else events. */
  count: number;
}

/** The windows with events of some groups, by `groupKey` and then by start. */
export async function windowsOf(
  events: EventStore,
  slots: LocalSlots,
  query: { select: Selection; by: readonly string[]; groups: readonly Group[]; range: Range },
  signal: AbortSignal,
): Promise<Map<string, Map<number, Window>>> {
  // Servers cut time into even pieces of UTC: into such small ones that none lies in two local windows.
  const slotMs = commonDivisor(slots.lengthMs, quarterMs);
  const found = new Map<string, Map<number, Window>>(
    query.groups.map((group) => [groupKey(group), new Map()]),
  );
  const tallies = await events.tally({ ...query, measure: "attempts", slotMs }, signal);
  for (const { group, slot, measure, first, last } of tallies) {
    const windows = found.get(groupKey(group));
    const start = slots.startOf(slot);
    const same = windows?.get(start);
    windows?.set(start, {
      start,
      first: Math.min(first, same?.first ?? first),
      last: Math.max(last, same?.last ?? last),
      count: measure + (same?.count ?? 0),
    });
  }
  return found;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
