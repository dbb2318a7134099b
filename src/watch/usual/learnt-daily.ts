import type { LocalSlots } from "./local-slots.ts";
import {
  groupKey,
  ofAnyAge,
  type EventStore,
  type Group,
  type Range,
  type Selection,
} from "../events.ts";

/** What is learnt, and from which part of the past. */
export interface Learning<T> {
  /** The events that make a group one. */
  select: Selection;
  by: readonly string[];
  slots: LocalSlots;
  /** How far it reaches back. */
  lengthMs: number;
  /** Learns of some groups, by `groupKey`, from windows in `range`; `sharing` groups have events of `select` in it. */
  learn(
    events: EventStore,
    some: { groups: readonly Group[]; range: Range; sharing: number },
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, T>>;
}

/** What was learnt for one local day. */
export interface Learnt<T> {
  day: number;
  /** End of the past that it was learnt from: the start of a window. */
  until: number;
  /** By `groupKey`. */
  of: ReadonlyMap<string, T>;
}

/** Longer than a stored event stays hidden. */
const unseenMs = 900_000;
/** Days that are kept: a pass that catches up, and late events, look at neighbouring ones. */
const daysKept = 3;

/**
 * Learns once for each local day and group, from the windows that were over `late` before the day began: what arrives late
 * does not change it, so whoever looks, and whenever, learns the same. How late an event of the past was itself does not
 * matter, so that history which was imported, or read when a host was new, counts.
 */
export function learntDaily<T>(learning: Learning<T>) {
  const { select, by, slots, lengthMs } = learning;
  interface Day extends Learnt<T> {
    range: Range;
    sharing: number;
    of: Map<string, T>;
  }
  const learnt = new WeakMap<EventStore, Day[]>();

  /** What is known of `groups` on the day of `at`. */
  return async (
    events: EventStore,
    groups: readonly Group[],
    at: number,
    signal: AbortSignal,
  ): Promise<Learnt<T>> => {
    const { day, begins } = slots.dayOf(at);
    const before = learnt.get(events) ?? [];
    let known = before.find((one) => one.day === day);
    if (!known) {
      const until = slots.startOf(begins - select.lateMs - unseenMs);
      const range = { from: slots.startOf(until - lengthMs), to: until };
      const sharing = by.length === 0 ? 1 : await groupsIn(events, range, signal);
      known = { day, until, range, sharing, of: new Map() };
      learnt.set(events, [...before.slice(1 - daysKept), known]);
    }
    const unlearnt = groups.filter((group) => !known.of.has(groupKey(group)));
    if (unlearnt.length > 0) {
      const { range, sharing } = known;
      for (const [key, one] of await learning.learn(
        events,
        { groups: unlearnt, range, sharing },
        signal,
      )) {
        known.of.set(key, one);
      }
    }
    return known;
  };

  /** How many groups there are, at least one. */
  async function groupsIn(events: EventStore, range: Range, signal: AbortSignal): Promise<number> {
    const query = { select: ofAnyAge(select), by, range, measure: "documents" as const };
    return Math.max(1, (await events.tally(query, signal)).length);
  }
}
