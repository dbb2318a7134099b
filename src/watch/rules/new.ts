import { z } from "zod";
import { parseDuration } from "../../lib/duration.ts";
import { groupKey, type Group, type Occurrence } from "../events.ts";
import { lastSeen } from "../last-seen.ts";
import { ruleKind, type Span } from "../rule.ts";

export const newValue = ruleKind({
  type: "new",
  summary: "A value of a field that its group has not had for the length of `history`.",
  options: z.strictObject({
    new: z.strictObject({
      field: z.string(),
      history: z.string().default("30d").describe("how long it must not have been seen"),
    }),
  }),
  create({ new: { field, history } }, parts) {
    const { select, groupBy: by, check } = parts;
    check.field(field, ["new", "field"]);
    const historyMs = parseDuration(history) ?? 0;
    if (historyMs <= 0) check.problem(["new", "history"], "takes a duration such as 30d");
    const pairBy = [...by, field];

    const seenBefore = lastSeen(select, pairBy, historyMs);

    return {
      threshold: 1,
      // The first time moves when an earlier event arrives late.
      mode: "replace",
      reachMs: historyMs,
      lengthMs: 0,
      watched: [select],
      shown: select,
      fields: [field],
      async candidates(events, range, signal) {
        const query = { select, by: pairBy, range };
        const pairs = await events.tally({ ...query, measure: "documents" }, signal);
        const seen = await seenBefore(
          events,
          pairs.map(({ group }) => group),
          range.from,
          signal,
        );
        const groups = new Map<string, Group>();
        for (const { group: pair, first, last } of pairs) {
          const before = seen.get(groupKey(pair));
          const isNew = before === undefined || first - before > historyMs;
          if (!isNew && last - first <= historyMs) continue;
          const group = pair.slice(0, by.length);
          groups.set(groupKey(group), group);
        }
        return [...groups.values()];
      },
      async gather(events, groups, range, signal) {
        const found = await events.events({ select, by, groups, range, field }, signal);
        const pairs = [...found].flatMap(([key, list]) => {
          const values = new Set(list.flatMap(({ values: some }) => some));
          return [...values].map((value) => [...(JSON.parse(key) as Group), value]);
        });
        const seen = await seenBefore(events, pairs, range.from, signal);
        const gathered = new Map<string, Occurrence[][]>();
        for (const [key, list] of found) gathered.set(key, [[], list]);
        for (const pair of pairs) {
          const at = seen.get(groupKey(pair));
          const value = pair.at(-1);
          if (at === undefined || value === undefined) continue;
          gathered
            .get(groupKey(pair.slice(0, by.length)))?.[0]
            ?.push({ at, weight: 1, values: [value] });
        }
        return gathered;
      },
      judge([before = [], events = []], range) {
        const seen = new Map(
          before.flatMap(({ at, values }) => values.map((value) => [value, at])),
        );
        const spans: Span[] = [];
        for (const { at, values } of events) {
          for (const value of values) {
            const last = seen.get(value);
            seen.set(value, at);
            if (last !== undefined && at - last <= historyMs) continue;
            const same = spans.at(-1);
            if (same?.at === at) same.count++;
            else spans.push({ at, first: at, last: at, count: 1 });
          }
        }
        return { spans, covers: range };
      },
    };
  },
});
