import { groupKey, type EventStore, type TallyQuery } from "../events.ts";
import { quarterMs, type LocalSlots } from "./local-slots.ts";

/** What one window holds of one group. Times are epoch milliseconds. */
export interface Window {
  /** Start of the window; first and last event in it. */
  start: number;
  first: number;
  last: number;
  /** Events, and what was asked to be measured of them. */
  events: number;
  count: number;
}

/** The windows with events of some groups, by `groupKey` and then by start. */
export async function windowsOf(
  events: EventStore,
  slots: LocalSlots,
  query: Omit<TallyQuery, "groups" | "slotMs"> & Required<Pick<TallyQuery, "groups">>,
  signal: AbortSignal,
): Promise<Map<string, Map<number, Window>>> {
  // Servers cut time into even pieces of UTC: into such small ones that none lies in two local windows.
  const slotMs = commonDivisor(slots.lengthMs, quarterMs);
  const found = new Map<string, Map<number, Window>>(
    query.groups.map((group) => [groupKey(group), new Map()]),
  );
  const tallies = await events.tally({ ...query, slotMs }, signal);
  for (const { group, slot, documents, measure, first, last } of tallies) {
    const windows = found.get(groupKey(group));
    const start = slots.startOf(slot);
    const same = windows?.get(start);
    windows?.set(start, {
      start,
      first: Math.min(first, same?.first ?? first),
      last: Math.max(last, same?.last ?? last),
      events: documents + (same?.events ?? 0),
      count: measure + (same?.count ?? 0),
    });
  }
  return found;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
