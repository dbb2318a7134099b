import type { Occurrence, Range, Usual } from "./events.ts";
import type { Judged, Span, Waiting } from "./rule.ts";
import type { Measuring } from "./slide.ts";

/** What one aligned window holds; `qualifies` says whether it is over the limit. */
export interface Slot {
  start: number;
  first: number;
  last: number;
  count: number;
  qualifies: boolean;
  usual?: Usual;
}

/** Start of the aligned window (UTC) that holds `at`. */
export const slotStart = (at: number, withinMs: number) => Math.floor(at / withinMs) * withinMs;

/**
 * The aligned windows that are complete before `range.to`, could be part of a run that a window completed in `range`
 * belongs to, and stand in a run of at least `consecutive` qualifying ones; a shorter run at the end of the range waits
 * for the next window. `slots` may come in any order; windows begin where `startOf` says, default: aligned to UTC.
 */
export function runs(
  slots: readonly Slot[],
  range: Range,
  withinMs: number,
  consecutive: number,
  startOf = (at: number) => slotStart(at, withinMs),
): Judged {
  const covers = {
    from: startOf(range.from) - consecutive * withinMs,
    to: startOf(range.to),
  };
  const good = slots
    .filter((slot) => slot.qualifies && slot.start + withinMs <= range.to)
    .sort((a, b) => a.start - b.start);
  const spans: Span[] = [];
  let waiting: Waiting | undefined;
  for (let from = 0; from < good.length;) {
    let to = from + 1;
    while (good[to]?.start === (good[to - 1]?.start ?? 0) + withinMs) to++;
    const run = good.slice(from, to);
    if (run.length >= consecutive) {
      for (const { start, first, last, count, usual } of run) {
        if (start >= covers.from && start < covers.to)
          spans.push({ at: start, first, last, count, ...(usual ? { usual } : {}) });
      }
    } else if (run.at(-1)?.start === covers.to - withinMs) {
      waiting = {
        first: Math.min(...run.map(({ first }) => first)),
        last: Math.max(...run.map(({ last }) => last)),
        count: Math.max(...run.map(({ count }) => count)),
        until: covers.to + withinMs,
      };
    }
    from = to;
  }
  return { spans, covers, ...(waiting ? { waiting } : {}) };
}

/** Windows, each held against what is usual for it. */
export function heldAgainst(
  windows: readonly Occurrence[],
  { startOf }: { readonly startOf: (at: number) => number },
): Slot[] {
  return windows.flatMap(({ at: first, last = first, weight: count, usual }): Slot[] => {
    if (!usual) return [];
    return [{ start: startOf(first), first, last, count, qualifies: count >= usual.limit, usual }];
  });
}

/** How far before a window completed in a range its run may begin: what must be looked at. */
export const runReachMs = (withinMs: number, consecutive: number) => 2 * consecutive * withinMs;

/** Cuts events (sorted by time) into aligned windows and measures each. */
export function measureSlots(
  events: readonly Occurrence[],
  withinMs: number,
  limit: number,
  measuring: () => Measuring,
): Slot[] {
  const slots: Slot[] = [];
  let inSlot = measuring();
  for (const event of events) {
    const start = slotStart(event.at, withinMs);
    let slot = slots.at(-1);
    if (slot?.start !== start) {
      inSlot = measuring();
      slot = { start, first: event.at, last: event.at, count: 0, qualifies: false };
      slots.push(slot);
    }
    inSlot.enter(event);
    slot.last = event.at;
    slot.count = inSlot.count();
    slot.qualifies = slot.count >= limit;
  }
  return slots;
}
