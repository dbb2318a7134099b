import type { Occurrence, Range } from "./events.ts";
import type { Span } from "./rule.ts";

/** What a sliding window holds while events enter and leave it. */
export interface Measuring {
  enter(event: Occurrence): void;
  leave(event: Occurrence): void;
  /** The number that is held against the limit. */
  count(): number;
}

/**
 * Every window that ends with an event in `range`, reaches back `withinMs` (both ends belong to it) and holds at
 * least `limit`. Windows that overlap become one span with the largest count: alerts depend on nothing finer.
 * `events` are sorted by time and reach back far enough.
 */
export function slide(
  events: readonly Occurrence[],
  range: Range,
  withinMs: number,
  limit: number,
  measuring: Measuring,
): Span[] {
  const spans: Span[] = [];
  let tail = 0;
  for (let head = 0; head < events.length; head++) {
    const event = events[head];
    if (!event || event.at >= range.to) break;
    measuring.enter(event);
    // Events of one instant belong to the same windows: judge at the last of them.
    if (events[head + 1]?.at === event.at) continue;
    let oldest = events[tail];
    while (oldest && oldest.at < event.at - withinMs) {
      measuring.leave(oldest);
      oldest = events[++tail];
    }
    const count = measuring.count();
    if (event.at < range.from || count < limit || !oldest) continue;
    const last = spans.at(-1);
    if (last && oldest.at <= last.last) {
      last.last = last.at = event.at;
      last.count = Math.max(last.count, count);
    } else spans.push({ at: event.at, first: oldest.at, last: event.at, count });
  }
  return spans;
}

/** Sums weights: login attempts, or plain events. */
export function attempts(): Measuring {
  let sum = 0;
  return {
    enter: (event) => (sum += event.weight),
    leave: (event) => (sum -= event.weight),
    count: () => sum,
  };
}

/** Counts different values. */
export function distinctValues(): Measuring {
  const counts = new Map<unknown, number>();
  return {
    enter: (event) => {
      for (const value of event.values) counts.set(value, (counts.get(value) ?? 0) + 1);
    },
    leave: (event) => {
      for (const value of event.values) {
        const left = (counts.get(value) ?? 0) - 1;
        if (left > 0) counts.set(value, left);
        else counts.delete(value);
      }
    },
    count: () => counts.size,
  };
}

/** Sums a numeric field; values below 0 are left out, so that more events never make less. */
export function amounts(): Measuring {
  let sum = 0;
  const amount = (event: Occurrence) =>
    event.values.reduce<number>((total, value) => total + Math.max(0, Number(value) || 0), 0);
  return {
    enter: (event) => (sum += amount(event)),
    leave: (event) => (sum -= amount(event)),
    count: () => sum,
  };
}

/** Counts events, whatever they weigh. */
export function eventCount(): Measuring {
  let count = 0;
  return { enter: () => ++count, leave: () => --count, count: () => count };
}
