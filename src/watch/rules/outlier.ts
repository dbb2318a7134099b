import { setImmediate } from "node:timers/promises";
import { z } from "zod";
import { coarseGroups, reach } from "../counted.ts";
import { groupKey, ofAnyAge, type Occurrence } from "../events.ts";
import { goOn, learnNormal, type Normal } from "../outlier/normal.ts";
import { seriesOf, type Measured } from "../outlier/series.ts";
import { ruleKind } from "../rule.ts";
import { heldAgainst, runReachMs, runs } from "../slots.ts";
import { budget, chanceOf } from "../usual/budget.ts";
import { learntDaily } from "../usual/learnt-daily.ts";
import { daySlots } from "../usual/local-slots.ts";

const hourMs = 3_600_000;
const weekMs = 7 * 24 * hourMs;
/** A day that is longest because the clock is set back, and what the past is cut off before it. */
const longestDayMs = 26 * hourMs;

export const outlier = ruleKind({
  type: "outlier",
  summary:
    "A numeric field is, on average or in sum, far larger than its group's own past lets expect.",
  options: z.strictObject({
    outlier: z.strictObject({
      field: z.string(),
      of: z
        .enum(["mean", "sum"])
        .default("mean")
        .describe("what is made of the field's values in a window; values below 0 are left out"),
      weeks: z.int().min(1).max(26).default(6).describe("how much of the past it learns from"),
      budget: budget
        .prefault("1 per month")
        .describe("false alerts that are accepted; what counts as unusual follows from it"),
      min_of: z.int().positive().default(20).describe("windows with fewer events are left out"),
    }),
  }),
  create({ outlier: { field, of, weeks, budget: perWeek, min_of: minOf } }, parts) {
    const { groupBy: by, consecutive, check } = parts;
    check.field(field, ["outlier", "field"]);
    const select = parts.narrow({ [field]: { gte: 0 } }, ["outlier", "field"]);
    const slots = daySlots(parts);
    const { lengthMs: withinMs } = slots;
    const measured: Measured = { select, by, slots, field, of, minOf };
    const rowOf = ({ start, count }: { start: number; count: number }) => ({
      at: slots.wallClock(start),
      value: count,
    });
    const known = learntDaily<Normal | undefined>({
      select,
      by,
      slots,
      lengthMs: weeks * weekMs,
      async learn(events, { groups, range, sharing }, signal) {
        const past = { ...measured, select: ofAnyAge(select) };
        const budgetOfOne = perWeek / sharing;
        const options = { chance: chanceOf(budgetOfOne, withinMs), perWeek: budgetOfOne };
        const normals = new Map<string, Normal | undefined>();
        for (const [key, series] of await seriesOf(events, past, groups, range, signal)) {
          normals.set(key, learnNormal(series.map(rowOf), options));
          // Thousands of rows each: others have their turn in between.
          await setImmediate(undefined, { signal });
        }
        return normals;
      },
    });
    const backMs = runReachMs(withinMs, consecutive);
    return {
      threshold: 0,
      // A late event changes what the windows after it are held against.
      mode: "replace",
      reachMs: select.lateMs + longestDayMs + backMs,
      startOf: slots.startOf,
      lengthMs: withinMs,
      promisedPerWeek: perWeek,
      watched: [select],
      shown: select,
      fields: [field],
      async candidates(events, range, signal) {
        if (slots.startOf(range.from) === slots.startOf(range.to)) return [];
        const query = { select, by, range: reach(range, backMs), measure: "documents" as const };
        return coarseGroups(events, { ...query, atLeast: minOf }, signal);
      },
      async gather(events, groups, range, signal) {
        const gathered = new Map(groups.map((group) => [groupKey(group), [[] as Occurrence[]]]));
        let start = slots.startOf(range.from - backMs);
        while (start < range.to) {
          const { day, until, of: normals } = await known(events, groups, start, signal);
          const first = start;
          while (start < range.to && slots.dayOf(start).day === day)
            start = slots.startOf(start + withinMs);
          const looked = { from: until, to: Math.min(start, range.to) };
          const all = await seriesOf(events, measured, groups, looked, signal);
          for (const [key, series] of all) {
            const normal = normals.get(key);
            const found = normal ? goOn(normal, series, { from: first, minOf, rowOf }) : [];
            gathered.get(key)?.[0]?.push(...found);
          }
        }
        return gathered;
      },
      judge([seen = []], range) {
        return runs(heldAgainst(seen, slots), range, withinMs, consecutive, slots.startOf);
      },
    };
  },
});
