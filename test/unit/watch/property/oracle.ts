/**
 * What must be found, computed the slow way: every window over all events at once, without a cursor, a coarse look or
 * an order of arrival.
 */
export interface OracleEvent {
  at: number;
  weight: number;
  value: string;
  outcome: "failure" | "success";
}

/** One incident: first and last event of windows with at most 24 h between them. */
export interface Incident {
  first: number;
  last: number;
  count: number;
}

type Interval = Incident;

const gapMs = 24 * 3_600_000;

/** Intervals joined where at most 24 h lie between. */
export function incidents(intervals: readonly Interval[]): Incident[] {
  const joined: Incident[] = [];
  for (const { first, last, count } of [...intervals].sort((a, b) => a.first - b.first)) {
    const open = joined.at(-1);
    if (open && first - open.last <= gapMs) {
      open.last = Math.max(open.last, last);
      open.count = Math.max(open.count, count);
    } else joined.push({ first, last, count });
  }
  return joined;
}

/** Every closed interval between two events that is short enough and measures enough. */
export function windows(
  events: readonly OracleEvent[],
  withinMs: number,
  measure: (inside: readonly OracleEvent[]) => number | undefined,
): Interval[] {
  return events.flatMap(({ at: first }) =>
    events.flatMap(({ at: last }): Interval[] => {
      if (last < first || last - first > withinMs) return [];
      const count = measure(events.filter(({ at }) => at >= first && at <= last));
      return count === undefined ? [] : [{ first, last, count }];
    }),
  );
}

export const atLeast = (limit: number, count: number) => (count >= limit ? count : undefined);
export const weightOf = (events: readonly OracleEvent[]) =>
  events.reduce((sum, { weight }) => sum + weight, 0);

/** Failures that add up, then strictly later successes that add up: forwards, as early as possible. */
export function followed(inside: readonly OracleEvent[], limits: readonly [number, number]) {
  const sorted = [...inside].sort((a, b) => a.at - b.at);
  let failures = 0;
  let completed: number | undefined;
  for (const { at, weight, outcome } of sorted) {
    if (outcome === "failure" && completed === undefined) failures += weight;
    if (failures >= limits[0]) completed ??= at;
  }
  if (completed === undefined) return undefined;
  const after = completed;
  const successes = sorted.filter(({ at, outcome }) => outcome === "success" && at > after);
  if (weightOf(successes) < limits[1]) return undefined;
  // The window ends with a success and begins with a failure; its count is that of the first step.
  const last = sorted.at(-1);
  const [first] = sorted;
  if (
    first?.outcome !== "failure" &&
    !sorted.some((e) => e.at === first?.at && e.outcome === "failure")
  )
    return undefined;
  if (!sorted.some((e) => e.at === last?.at && e.outcome === "success")) return undefined;
  return 1;
}

/** Aligned windows of which so many in a row qualify. */
export function aligned(
  events: readonly OracleEvent[],
  withinMs: number,
  consecutive: number,
  horizon: number,
  qualifies: (
    inside: readonly OracleEvent[],
  ) => { count: number; shown: readonly OracleEvent[] } | undefined,
): Interval[] {
  const starts = new Set(events.map(({ at }) => Math.floor(at / withinMs) * withinMs));
  const good = new Map<number, Interval>();
  for (const start of starts) {
    if (start + withinMs > horizon) continue;
    const found = qualifies(events.filter(({ at }) => at >= start && at < start + withinMs));
    if (!found) continue;
    const times = found.shown.map(({ at }) => at);
    good.set(start, { first: Math.min(...times), last: Math.max(...times), count: found.count });
  }
  return [...good].flatMap(([start, interval]) => {
    let from = start;
    let to = start;
    while (good.has(from - withinMs)) from -= withinMs;
    while (good.has(to + withinMs)) to += withinMs;
    return (to - from) / withinMs + 1 >= consecutive ? [interval] : [];
  });
}

/** Stretches of more than `afterMs` between an event and the next, or the horizon: then it is not over yet. */
export function quiet(
  events: readonly OracleEvent[],
  afterMs: number,
  horizon: number,
): Interval[] {
  const times = [...new Set(events.map(({ at }) => at))].sort((a, b) => a - b);
  return times.flatMap((first, i) => {
    const next = times[i + 1];
    if ((next ?? horizon) - first <= afterMs) return [];
    return [{ first, last: next ?? first + afterMs, count: 0 }];
  });
}
