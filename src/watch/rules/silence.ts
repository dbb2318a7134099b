import { z } from "zod";
import { parseDuration } from "../../lib/duration.ts";
import {
  groupKey,
  type EventStore,
  type Group,
  type Occurrence,
  type Range,
  type Selection,
} from "../events.ts";
import { lastSeen } from "../last-seen.ts";
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
    const senders = sendersOf(select, by);
    const heardBefore = lastSeen(select, by, lookBackMs);
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
          for (const [key, group] of await senders(events, range, signal)) all.set(key, group);
          for (const [key, { group }] of heard) all.set(key, group);
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
        const heard = await heardBefore(events, groups, range.from, signal);
        for (const [key, at] of heard) {
          gathered.get(key)?.[0]?.push({ at, weight: 1, values: [] });
        }
        for (const group of groups.filter((one) => !heard.has(groupKey(one)))) {
          // Never heard of: silent from when it was first watched, not for the time before its first event.
          const lists = gathered.get(groupKey(group));
          const first = Math.min(...(lists?.[1] ?? []).map(({ at }) => at));
          if (range.since !== undefined && range.since < first && sources.has(groupKey(group))) {
            lists?.[0]?.push({ at: range.since, weight: 0, values: [] });
          }
        }
        const limits =
          fixedMs === undefined ? await usual(events, groups, range, signal) : undefined;
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

/** Who has sent within what `auto` learns from. Once a day all of it is looked at, in between what is new. */
function sendersOf(select: Selection, by: readonly string[]) {
  const known = new WeakMap<EventStore, { until: number; groups: Map<string, Group> }>();
  return async (events: EventStore, { from, to }: Range, signal: AbortSignal) => {
    const before = known.get(events);
    const fresh =
      before && Math.floor(before.until / dayMs) === Math.floor(to / dayMs)
        ? before
        : { until: from - learnMs, groups: new Map<string, Group>() };
    if (to > fresh.until) {
      const range = { from: fresh.until, to };
      const query = { select, by, range, measure: "documents" as const };
      for (const { group } of await events.tally(query, signal)) {
        fresh.groups.set(groupKey(group), group);
      }
    }
    known.set(events, { until: Math.max(fresh.until, to), groups: fresh.groups });
    return fresh.groups;
  };
}

/**
 * What is a long pause of a source: twice the second longest of the daily longest pauses of the fortnight before. One
 * outage does not spoil it, quiet nights and weekends are in it. Learnt once a day of each source in question.
 */
function learner(select: Selection, by: readonly string[], leastMs: number) {
  const learnt = new WeakMap<EventStore, { day: number; limits: Map<string, number> }>();
  return async (
    events: EventStore,
    groups: readonly Group[],
    range: Range,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, number>> => {
    const day = Math.floor(range.from / dayMs) * dayMs;
    const before = learnt.get(events);
    const { limits } = before?.day === day ? before : { limits: new Map<string, number>() };
    learnt.set(events, { day, limits });
    const unlearnt = groups.filter((group) => !limits.has(groupKey(group)));
    if (unlearnt.length === 0) return limits;
    const past = { from: day - learnMs, to: day };
    const tallies = await events.tally(
      { select, by, range: past, measure: "documents", slotMs: leastMs, groups: unlearnt },
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
    for (const key of unlearnt.map(groupKey)) {
      const [, second] = [...(longest.get(key)?.values() ?? [])].sort((a, b) => b - a);
      // Too little is known of it.
      limits.set(
        key,
        second === undefined ? 4 * leastMs : Math.min(longestMs, Math.max(leastMs, 2 * second)),
      );
    }
    return limits;
  };
}
