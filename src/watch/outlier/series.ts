import type { EventStore, Group, Range, Selection } from "../events.ts";
import type { LocalSlots } from "../usual/local-slots.ts";
import { windowsOf, type Window } from "../usual/windows.ts";

/** Which measure of a group is looked at, window by window. */
export interface Measured {
  /** The events that have the field, at least 0. */
  select: Selection;
  by: readonly string[];
  slots: LocalSlots;
  field: string;
  of: "mean" | "sum";
  /** Windows with fewer events say nothing of the mean. */
  minOf: number;
}

/** A window with its measure in place of its count. Windows come by time. */
export type Measurement = Window;

/** The measure of each window of the groups in `range` (starts of windows), by `groupKey`. */
export async function seriesOf(
  events: EventStore,
  { select, by, slots, field, of, minOf }: Measured,
  groups: readonly Group[],
  range: Range,
  signal: AbortSignal,
): Promise<Map<string, Measurement[]>> {
  const query = { select, by, groups, range, measure: { sum: field } };
  const found = await windowsOf(events, slots, query, signal);
  return new Map(
    [...found].map(([key, windows]): [string, Measurement[]] => {
      const series = of === "sum" ? withEmpty(windows, range, slots) : means(windows, minOf);
      return [key, series.sort((a, b) => a.start - b.start)];
    }),
  );
}

/** The mean in place of the sum, of windows that have enough events to tell it. */
function means(windows: ReadonlyMap<number, Window>, minOf: number): Measurement[] {
  return [...windows.values()]
    .filter((window) => window.events >= minOf)
    .map((window) => ({ ...window, count: window.count / window.events }));
}

/** Also the windows without an event, from the first with one on: nothing adds up to 0. */
function withEmpty(
  windows: ReadonlyMap<number, Window>,
  { to }: Range,
  slots: LocalSlots,
): Window[] {
  const all: Window[] = [];
  const first = Math.min(...windows.keys());
  for (let start = first; start < to; start = slots.startOf(start + slots.lengthMs)) {
    all.push(windows.get(start) ?? { start, first: start, last: start, events: 0, count: 0 });
  }
  return all;
}
