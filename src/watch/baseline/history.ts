import { groupKey } from "../events.ts";
import type { EventStore, Group, Range, Selection, Usual } from "../events.ts";
import type { PastWindow } from "./fit.ts";
import { learn, type LearnOptions } from "./learn.ts";
import { quarterMs, type LocalSlots } from "./local-slots.ts";
import { windowsOf } from "./windows.ts";

/** What a baseline is learnt from. */
export interface History {
  /** What is counted, and what it usually goes along with. */
  select: Selection;
  scale: Selection | undefined;
  by: readonly string[];
  slots: LocalSlots;
  season: LearnOptions["season"];
  /** How far it reaches back. */
  lengthMs: number;
  /** Accepted false alerts of the rule, by week. */
  perWeek: number;
}

/** Undefined where too little is known. */
export type Expect = (start: number, scale: number) => Usual | undefined;

const weekMs = 7 * 86_400_000;
/** Longer than a stored event stays hidden. */
const unseenMs = quarterMs;
/** The mildest level: one window in a hundred, whatever the budget. */
const mostChance = 0.01;
/** Days whose baselines are kept: a pass that catches up, and late events, look at neighbouring ones. */
const daysKept = 3;

interface LearntDay {
  day: number;
  /** Groups that share the budget. */
  groups: number;
  expected: Map<string, Expect>;
}

/**
 * What to expect of groups, learnt once for each local day and group, from the windows that were over `late` before the
 * day began: what arrives late does not change it, so whoever looks, and whenever, expects the same. How late an event of
 * the past was itself does not matter, so that history which was imported, or read when a host was new, counts.
 */
export function expectations(history: History) {
  const learnt = new WeakMap<EventStore, LearntDay[]>();
  const timeless = (select: Selection) => ({ ...select, lateMs: Number.MAX_SAFE_INTEGER });

  return async (
    events: EventStore,
    groups: readonly Group[],
    at: number,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Expect>> => {
    const { slots, by, select } = history;
    const { day, begins } = slots.dayOf(at);
    const to = slots.startOf(begins - select.lateMs - unseenMs);
    const range = { from: slots.startOf(to - history.lengthMs), to };
    const before = learnt.get(events) ?? [];
    let known = before.find((one) => one.day === day);
    if (!known) {
      const all = by.length === 0 ? 1 : await groupsIn(events, timeless(select), by, range, signal);
      known = { day, groups: all, expected: new Map() };
      learnt.set(events, [...before.slice(1 - daysKept), known]);
    }
    const { expected } = known;
    const unlearnt = groups.filter((group) => !expected.has(groupKey(group)));
    if (unlearnt.length === 0) return expected;
    const query = { by, groups: unlearnt, range };
    const counts = await windowsOf(events, slots, { ...query, select: timeless(select) }, signal);
    const scales =
      history.scale &&
      (await windowsOf(events, slots, { ...query, select: timeless(history.scale) }, signal));
    const chance = (history.perWeek / known.groups) * (slots.lengthMs / weekMs);
    for (const key of unlearnt.map(groupKey)) {
      const past = inARow(range, slots, counts.get(key), scales?.get(key));
      const options = { slots, season: history.season, chance: Math.min(mostChance, chance) };
      expected.set(key, learn(past, options) ?? (() => undefined));
    }
    return expected;
  };
}

/** How many groups have events of `select`. */
async function groupsIn(
  events: EventStore,
  select: Selection,
  by: readonly string[],
  range: Range,
  signal: AbortSignal,
): Promise<number> {
  return Math.max(
    1,
    (await events.tally({ select, by, range, measure: "documents" }, signal)).length,
  );
}

type Windows = ReadonlyMap<number, { count: number }>;

/** Every window from the first with an event on, also those without. */
function inARow(
  range: Range,
  slots: LocalSlots,
  counts: Windows = new Map(),
  scales: Windows = new Map(),
): PastWindow[] {
  const past: PastWindow[] = [];
  for (let start = range.from; start < range.to; start = slots.startOf(start + slots.lengthMs)) {
    const count = counts.get(start)?.count ?? 0;
    const scale = scales.get(start)?.count ?? 0;
    if (past.length > 0 || count > 0 || scale > 0) past.push({ start, count, scale });
  }
  return past;
}
