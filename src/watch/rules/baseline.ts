import { z } from "zod";
import { expectations } from "../baseline/history.ts";
import { budget } from "../usual/budget.ts";
import { daySlots } from "../usual/local-slots.ts";
import { windowsOf } from "../usual/windows.ts";
import { coarseGroups, reach } from "../counted.ts";
import { groupKey, type Occurrence, type Usual } from "../events.ts";
import { fieldMap } from "../filter-parse.ts";
import { ruleKind } from "../rule.ts";
import { heldAgainst, runReachMs, runs } from "../slots.ts";

const weekMs = 7 * 86_400_000;

export const baseline = ruleKind({
  type: "baseline",
  summary: "More events than usual for this hour of this weekday, and for what they go along with.",
  options: z.strictObject({
    baseline: z.strictObject({
      scale: fieldMap
        .optional()
        .describe("events that `match` usually goes along with: successful logins beside failed"),
      season: z
        .enum(["weekly", "daily", "none"])
        .default("weekly")
        .describe("what repeats itself, once enough of it is known"),
      weeks: z.int().min(1).max(26).default(6).describe("how much of the past it learns from"),
      budget: budget
        .prefault("1 per month")
        .describe("false alerts that are accepted; what counts as unusual follows from it"),
      min: z.int().positive().default(8).describe("fewer events are never unusual"),
      floor: z
        .int()
        .positive()
        .default(20)
        .describe("so many are unusual while too little of the past is known"),
    }),
  }),
  create({ baseline: options }, parts) {
    const { select, groupBy: by, withinMs, consecutive } = parts;
    const { min } = options;
    const floor = Math.max(min, options.floor);
    const scale = options.scale && parts.instead(options.scale, ["baseline", "scale"]);
    const slots = daySlots(parts);
    const expected = expectations({
      select,
      scale,
      by,
      slots,
      season: options.season,
      lengthMs: options.weeks * weekMs,
      perWeek: options.budget,
    });
    const reachMs = runReachMs(withinMs, consecutive);
    return {
      threshold: min,
      // An event of `scale` that arrives late makes what seemed unusual usual.
      mode: "replace",
      reachMs,
      startOf: slots.startOf,
      lengthMs: withinMs,
      promisedPerWeek: options.budget,
      watched: scale ? [select, scale] : [select],
      shown: select,
      fields: [],
      candidates: (events, range, signal) =>
        coarseGroups(
          events,
          { select, by, range: reach(range, reachMs), measure: "attempts", atLeast: min },
          signal,
        ),
      async gather(events, groups, range, signal) {
        const query = { by, groups, range: reach(range, reachMs), measure: "attempts" as const };
        const counts = await windowsOf(events, slots, { ...query, select }, signal);
        const scales =
          scale && (await windowsOf(events, slots, { ...query, select: scale }, signal));
        const gathered = new Map<string, Occurrence[][]>();
        for (const key of groups.map(groupKey)) {
          const seen: Occurrence[] = [];
          for (const { start, first: at, last, count: weight } of counts.get(key)?.values() ?? []) {
            if (weight < min) continue;
            const expect = (await expected(events, groups, start, signal)).of.get(key);
            const usual = expect?.(start, scales?.get(key)?.get(start)?.count ?? 0);
            const learnt: Usual = usual
              ? { ...usual, limit: Math.max(min, usual.limit) }
              : { limit: floor, expected: { rung: "static" } };
            seen.push({ at, last, weight, values: [], usual: learnt });
          }
          gathered.set(key, [seen]);
        }
        return gathered;
      },
      judge([seen = []], range) {
        return runs(heldAgainst(seen, slots), range, withinMs, consecutive, slots.startOf);
      },
    };
  },
});
