import { z } from "zod";
import { coarseGroups, reach } from "../counted.ts";
import { groupKey, type Occurrence } from "../events.ts";
import { fieldMap } from "../filter-parse.ts";
import { ruleKind } from "../rule.ts";
import { runReachMs, runs, slotStart, type Slot } from "../slots.ts";

const share = z
  .union([z.number(), z.string().regex(/^\d+(\.\d+)?%$/, "write a share such as 5% or 0.05")])
  .transform((value) => (typeof value === "number" ? value : Number(value.slice(0, -1)) / 100))
  .refine((value) => value > 0 && value <= 1, "a share is more than 0 and at most 100%");

export const ratio = ruleKind({
  type: "ratio",
  summary: "The events of `match` are at least such a share of those of `of`, in aligned windows.",
  options: z.strictObject({
    ratio: z.strictObject({
      gte: share.describe("share such as 5%"),
      min_of: z.int().positive().describe("windows with fewer events of `of` say nothing"),
    }),
    of: fieldMap.describe("the whole, of which `match` is a part"),
  }),
  create({ ratio: { gte, min_of: minOf }, of }, parts) {
    const { select, groupBy, withinMs, consecutive } = parts;
    const whole = parts.instead(of, ["of"]);
    const reachMs = runReachMs(withinMs, consecutive);
    // A share of the fewest that say something: with fewer events of `match` no window qualifies, however few there are.
    const fewest = Math.max(1, Math.ceil(gte * minOf - 1e-9));
    return {
      threshold: gte,
      // Events that arrive late may bring a share below the limit.
      mode: "replace",
      reachMs,
      startOf: (at) => slotStart(at, withinMs),
      lengthMs: withinMs,
      watched: [select, whole],
      shown: select,
      fields: [],
      candidates: (events, range, signal) =>
        coarseGroups(
          events,
          {
            select,
            by: groupBy,
            range: reach(range, reachMs),
            measure: "attempts",
            atLeast: fewest,
          },
          signal,
        ),
      async gather(events, groups, range, signal) {
        const query = { by: groupBy, groups, range: reach(range, reachMs), slotMs: withinMs };
        const gathered = new Map<string, Occurrence[][]>();
        for (const [i, part] of [select, whole].entries()) {
          const tallies = await events.tally(
            { ...query, select: part, measure: "attempts" },
            signal,
          );
          for (const { group, first, last, measure } of tallies) {
            const lists = gathered.get(groupKey(group)) ?? [[], []];
            lists[i]?.push({ at: first, last, weight: measure, values: [] });
            gathered.set(groupKey(group), lists);
          }
        }
        return gathered;
      },
      judge([part = [], all = []], range) {
        const totals = new Map(all.map(({ at, weight }) => [slotStart(at, withinMs), weight]));
        const slots = part.map(({ at, last = at, weight }): Slot => {
          const start = slotStart(at, withinMs);
          const total = totals.get(start) ?? 0;
          const count = total > 0 ? weight / total : 0;
          return { start, first: at, last, count, qualifies: total >= minOf && count >= gte };
        });
        return runs(slots, range, withinMs, consecutive);
      },
    };
  },
});
