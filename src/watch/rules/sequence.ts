import { z } from "zod";
import { gatherAll, reach } from "../counted.ts";
import { groupKey, type Group, type Occurrence } from "../events.ts";
import { fieldMap } from "../filter-parse.ts";
import { ruleKind, type Span } from "../rule.ts";
import { slide } from "../slide.ts";

const step = z.strictObject({
  match: fieldMap,
  count: z
    .strictObject({
      gte: z.int().positive(),
      of: z.enum(["attempts", "events"]).default("attempts"),
    })
    .prefault({ gte: 1 }),
});

export const sequence = ruleKind({
  type: "sequence",
  summary: "Steps that follow one another in a window, each with at least so many events.",
  options: z.strictObject({
    sequence: z.array(step).min(2, "a sequence has two steps or more"),
    ordered: z.boolean().default(true).describe("false: the steps may come in any order"),
  }),
  create({ sequence: steps, ordered }, parts) {
    const { groupBy, withinMs } = parts;
    const selections = steps.map(({ match }, i) => parts.narrow(match, ["sequence", i, "match"]));
    const limits = steps.map(({ count }) => count.gte);
    const measures = steps.map(({ count }): "documents" | "attempts" =>
      count.of === "events" ? "documents" : "attempts",
    );
    const [first = parts.select] = selections;
    // What asks for most leaves the fewest groups; of equals, what comes last is the rarest as a rule.
    const rarestFirst = [...selections.entries()]
      .reverse()
      .sort(([a], [b]) => (limits[b] ?? 1) - (limits[a] ?? 1));
    const weighed = (lists: readonly (readonly Occurrence[])[]) =>
      lists.map((events, i) =>
        measures[i] === "documents" ? events.map((event) => ({ ...event, weight: 1 })) : events,
      );
    return {
      threshold: limits[0] ?? 1,
      mode: "unite",
      reachMs: withinMs,
      lengthMs: withinMs,
      watched: selections,
      shown: { ...first, filter: { op: "any", of: selections.map(({ filter }) => filter) } },
      fields: [],
      async candidates(events, range, signal) {
        let found: Map<string, Group> | undefined;
        for (const [i, select] of rarestFirst) {
          const groups = found && [...found.values()];
          if (groups?.length === 0) break;
          const query = { select, by: groupBy, range: reach(range, withinMs) };
          const tallies = await events.tally(
            {
              ...query,
              measure: measures[i] ?? "attempts",
              atLeast: limits[i] ?? 1,
              ...(groups && groups.length <= 1000 ? { groups } : {}),
            },
            signal,
          );
          const before = found;
          found = new Map(
            tallies
              .map(({ group }) => [groupKey(group), group] as const)
              .filter(([key]) => before?.has(key) ?? true),
          );
        }
        return [...(found?.values() ?? [])];
      },
      gather: (events, groups, range, signal) =>
        gatherAll(
          events,
          selections.map((select) => ({ select })),
          groupBy,
          groups,
          reach(range, withinMs),
          signal,
        ),
      judge: (lists, range) => ({
        spans: ordered
          ? follow(weighed(lists).map(stepOf), limits, range, withinMs)
          : together(weighed(lists), limits, range, withinMs),
        covers: range,
      }),
    };
  },
});

/** Windows that hold every step, in whatever order. */
function together(
  lists: readonly (readonly Occurrence[])[],
  limits: readonly number[],
  range: { from: number; to: number },
  withinMs: number,
): Span[] {
  const events = lists
    .flatMap((list, i) => list.map((event) => ({ ...event, values: [i] })))
    .sort((a, b) => a.at - b.at);
  const sums = limits.map(() => 0);
  const add = ({ values, weight }: Occurrence, sign: 1 | -1) => {
    for (const i of values) sums[Number(i)] = (sums[Number(i)] ?? 0) + sign * weight;
  };
  const complete = () => sums.every((sum, i) => sum >= (limits[i] ?? 1));
  return slide(events, range, withinMs, 1, {
    enter: (event) => {
      add(event, 1);
    },
    leave: (event) => {
      add(event, -1);
    },
    count: () => (complete() ? (sums[0] ?? 0) : 0),
  });
}

interface Step {
  times: number[];
  /** `sums[i]`: weights of the first i events. */
  sums: number[];
}

function stepOf(events: readonly Occurrence[]): Step {
  const sums = [0];
  for (const { weight } of events) sums.push((sums.at(-1) ?? 0) + weight);
  return { times: events.map(({ at }) => at), sums };
}

/**
 * Windows that end with an event of the last step in `range`. Backwards from each, every step is taken as late as it
 * can be and ends before the next one begins: no other choice begins later, so none fits where this one does not.
 */
function follow(
  steps: readonly Step[],
  limits: readonly number[],
  range: { from: number; to: number },
  withinMs: number,
): Span[] {
  const spans: Span[] = [];
  const [first] = steps;
  for (const end of new Set(steps.at(-1)?.times)) {
    if (!first || end < range.from || end >= range.to) continue;
    let before = end + 1;
    let taken = 0;
    for (let i = steps.length - 1; i >= 0; i--) {
      const step = steps[i];
      const limit = limits[i] ?? 1;
      taken = step ? countBefore(step.times, before) : 0;
      const begin = step && latestBegin(step, taken, limit);
      if (begin === undefined || begin < end - withinMs) {
        before = -Infinity;
        break;
      }
      before = begin;
    }
    if (before === -Infinity) continue;
    // Everything of the first step that the window holds belongs to it, not only what was needed.
    const from = countBefore(first.times, end - withinMs);
    const count = (first.sums[taken] ?? 0) - (first.sums[from] ?? 0);
    spans.push({ at: end, first: first.times[from] ?? before, last: end, count });
  }
  return spans;
}

/** Number of sorted `times` that are smaller than `limit`. */
function countBefore(times: readonly number[], limit: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The latest time from which the events up to the `taken`th add up to `limit`. */
function latestBegin({ times, sums }: Step, taken: number, limit: number): number | undefined {
  const total = sums[taken] ?? 0;
  if (total < limit) return undefined;
  let low = 0;
  let high = taken;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (total - (sums[middle] ?? 0) >= limit) low = middle;
    else high = middle - 1;
  }
  return times[low];
}
