import { groupKey } from "./events.ts";
import type { EventStore, Group, Measure, Occurrence, Range, Selection } from "./events.ts";
import type { Condition, ConditionParts, Gathered } from "./rule.ts";
import { slide, type Measuring } from "./slide.ts";
import { measureSlots, runReachMs, runs, slotStart } from "./slots.ts";

/**
 * A condition that holds a measure of the events in a window against a limit: over every sliding window, or with
 * `for` over that many aligned windows in a row.
 */
export function counted(
  parts: ConditionParts,
  what: {
    select: Selection;
    limit: number;
    /** A measure of which the exact one is never larger, for the coarse look. */
    coarse: Measure;
    field?: string;
    measuring: () => Measuring;
  },
): Condition {
  const { groupBy, withinMs, consecutive } = parts;
  const { select, limit, field, measuring } = what;
  const reachMs = consecutive > 1 ? runReachMs(withinMs, consecutive) : withinMs;
  return {
    threshold: limit,
    mode: "unite",
    reachMs,
    ...(consecutive > 1 ? { startOf: (at) => slotStart(at, withinMs) } : {}),
    lengthMs: reachMs,
    watched: [select],
    shown: select,
    fields: field === undefined ? [] : [field],
    candidates: (events, range, signal) =>
      coarseGroups(
        events,
        { select, by: groupBy, range: reach(range, reachMs), measure: what.coarse, atLeast: limit },
        signal,
      ),
    gather: (events, groups, range, signal) =>
      gatherAll(events, [{ select, field }], groupBy, groups, reach(range, reachMs), signal),
    judge: ([events = []], range) =>
      consecutive > 1
        ? runs(measureSlots(events, withinMs, limit, measuring), range, withinMs, consecutive)
        : { spans: slide(events, range, withinMs, limit, measuring()), covers: range },
  };
}

/** `range` with what lies before it and may belong to a window that ends in it. */
export const reach = (range: Range, ms: number): Range => ({ from: range.from - ms, to: range.to });

/** The groups of a tally. */
export async function coarseGroups(
  events: EventStore,
  query: Parameters<EventStore["tally"]>[0],
  signal: AbortSignal,
): Promise<Group[]> {
  return (await events.tally(query, signal)).map(({ group }) => group);
}

/** The events of several selections, one list each, for every group in which any was found. */
export async function gatherAll(
  store: EventStore,
  selections: readonly { select: Selection; field?: string | undefined }[],
  by: readonly string[],
  groups: readonly Group[],
  range: Range,
  signal: AbortSignal,
): Promise<Gathered> {
  const gathered = new Map<string, (readonly Occurrence[])[]>(
    groups.map((group) => [groupKey(group), selections.map(() => [])]),
  );
  for (const [i, { select, field }] of selections.entries()) {
    const query = { select, by, groups, range, ...(field === undefined ? {} : { field }) };
    for (const [key, found] of await store.events(query, signal)) {
      const lists = gathered.get(key);
      if (lists) lists[i] = found;
    }
  }
  return gathered;
}
