import { z } from "zod";
import { parseDuration } from "../../lib/duration.ts";
import { groupKey, type EventStore, type Group, type Occurrence, type Range } from "../events.ts";
import { ruleKind, type Span } from "../rule.ts";

const dayMs = 86_400_000;
/** A source that has not been heard of for longer counts as one that never sent. */
const lookBackMs = 30 * dayMs;
/** What `auto` learns from. */
const learnMs = 14 * dayMs;
const longestMs = 7 * dayMs;

export const silence = ruleKind({
  type: "silence",
  summary: "An expected source has sent nothing for longer than it ever pauses, or than `after`.",
  options: z.strictObject({
    silence: z.strictObject({
      after: z
        .string()
        .default("auto")
        .describe("a duration, or auto: twice the source's usual longest pause"),
      at_least: z.string().default("15m").describe("shorter pauses are never reported"),
    }),
  }),
  create({ silence: { after, at_least: atLeast } }, parts) {
    const { select, groupBy: by, check, expected } = parts;
    const leastMs = parseDuration(atLeast) ?? 0;
    const fixedMs = after === "auto" ? undefined : parseDuration(after);
    if (leastMs <= 0) check.problem(["silence", "at_least"], "takes a duration such as 15m");
    if (after !== "auto" && !fixedMs)
      check.problem(["silence", "after"], "takes auto or a duration such as 1h");
    const shortestMs = fixedMs ?? leastMs;
    const named = expected.filter((source) => by.every((field) => source[field] !== undefined));
    const sources = new Map(
      named
        .map((source) => by.map((field) => source[field] ?? ""))
        .map((group) => [groupKey(group), group]),
    );
    const usual = learner(select, by, leastMs);
    const tally = (
      events: EventStore,
      range: Range,
      signal: AbortSignal,
      groups?: readonly Group[],
    ) =>
      events.tally(
        {
          select,
          by,
          range,
          measure: "documents",
          slotMs: shortestMs,
          ...(groups ? { groups } : {}),
        },
        signal,
      );

    return {
      threshold: 1,
      // An event that arrives late may show that there was no silence.
      mode: "replace",
      reachMs: longestMs,
      lengthMs: 0,
      watched: [select],
      shown: select,
      fields: [],
      async candidates(events, range, signal) {
        const around = { from: range.from - shortestMs, to: range.to };
        const heard = new Map<string, { group: Group; times: Occurrence[] }>();
        for (const { group, first, last } of await tally(events, around, signal)) {
          const source = heard.get(groupKey(group)) ?? { group, times: [] };
          source.times.push({ at: first, last, weight: 1, values: [] });
          heard.set(groupKey(group), source);
        }
        const all = new Map<string, Group>(sources);
        if (sources.size === 0) {
          const past = { from: range.from - learnMs, to: range.to };
          const known = await events.tally(
            { select, by, range: past, measure: "documents" },
            signal,
          );
          for (const { group } of known) all.set(groupKey(group), group);
        }
        return [...all].flatMap(([key, group]) => {
          const times = heard.get(key)?.times ?? [];
          const [first] = times;
          const steady =
            first !== undefined &&
            first.at < range.from &&
            pauses(times, range.to, shortestMs).length === 0;
          return steady ? [] : [group];
        });
      },
      async gather(events, groups, range, signal) {
        const gathered = new Map<string, Occurrence[][]>(
          groups.map((group) => [groupKey(group), [[], [], []]]),
        );
        for (const { group, first, last } of await tally(events, range, signal, groups)) {
          gathered.get(groupKey(group))?.[1]?.push({ at: first, last, weight: 1, values: [] });
        }
        // Most were heard of lately: the long look back is for the others.
        let missing = [...groups];
        for (const backMs of [dayMs, lookBackMs]) {
          if (missing.length === 0) break;
          const past = { from: range.from - backMs, to: range.from };
          const query = { select, by, range: past, groups: missing };
          for (const { group, last } of await events.tally(
            { ...query, measure: "documents" },
            signal,
          )) {
            gathered.get(groupKey(group))?.[0]?.push({ at: last, weight: 1, values: [] });
            missing = missing.filter((other) => groupKey(other) !== groupKey(group));
          }
        }
        for (const group of missing) {
          // Never heard of: silent from when it was first watched.
          const lists = gathered.get(groupKey(group));
          if (range.since !== undefined && sources.has(groupKey(group))) {
            lists?.[0]?.push({ at: range.since, weight: 0, values: [] });
          }
        }
        const limits = fixedMs === undefined ? await usual(events, range, signal) : undefined;
        for (const [key, lists] of gathered) {
          const ms = Math.max(
            fixedMs ?? 0,
            limits?.get(key) ?? (fixedMs === undefined ? 4 * leastMs : 0),
          );
          lists[2]?.push({ at: 0, weight: Math.max(ms, shortestMs), values: [] });
        }
        return gathered;
      },
      judge([before = [], heard = [], limits = []], range) {
        const afterMs = limits[0]?.weight ?? shortestMs;
        const times = [...before, ...heard].sort((a, b) => a.at - b.at);
        const spans = pauses(times, range.to, afterMs);
        // A silence that began with the last event before the range is judged again: its end may lie in it.
        const from = Math.min(range.from, ...before.map(({ at }) => at));
        return { spans, covers: { from, to: range.to } };
      },
    };
  },
});

/** Stretches of more than `afterMs` without an event, the last one open where it reaches `to`. */
function pauses(times: readonly Occurrence[], to: number, afterMs: number): Span[] {
  return times.flatMap(({ at, last: lastOfSlot }, i): Span[] => {
    const first = lastOfSlot ?? at;
    const next = times[i + 1]?.at;
    const silentAt = first + afterMs;
    if ((next ?? to) <= silentAt) return [];
    if (next !== undefined) return [{ at: first, first, last: next, count: 0 }];
    return [{ at: first, first, last: silentAt, count: 0, ongoing: true }];
  });
}

/**
 * What is a long pause of a source: twice the second longest of the daily longest pauses of the fortnight before. One
 * outage does not spoil it, quiet nights and weekends are in it. Learnt once a day.
 */
function learner(
  select: Parameters<EventStore["tally"]>[0]["select"],
  by: readonly string[],
  leastMs: number,
) {
  let learnt: { day: number; limits: Map<string, number> } | undefined;
  return async (events: EventStore, range: Range, signal: AbortSignal) => {
    const day = Math.floor(range.from / dayMs) * dayMs;
    if (learnt?.day === day) return learnt.limits;
    const past = { from: day - learnMs, to: day };
    const tallies = await events.tally(
      { select, by, range: past, measure: "documents", slotMs: leastMs },
      signal,
    );
    const last = new Map<string, number>();
    const longest = new Map<string, Map<number, number>>();
    for (const { group, first, last: end } of tallies.sort((a, b) => a.slot - b.slot)) {
      const key = groupKey(group);
      const pause = first - (last.get(key) ?? first);
      const days = longest.get(key) ?? new Map<number, number>();
      const today = Math.floor(first / dayMs);
      days.set(today, Math.max(days.get(today) ?? 0, pause));
      longest.set(key, days);
      last.set(key, end);
    }
    const limits = new Map<string, number>();
    for (const [key, days] of longest) {
      const [, second] = [...days.values()].sort((a, b) => b - a);
      if (second !== undefined) limits.set(key, Math.min(longestMs, Math.max(leastMs, 2 * second)));
    }
    learnt = { day, limits };
    return limits;
  };
}
