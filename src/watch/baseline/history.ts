import { groupKey, ofAnyAge, type Range, type Selection, type Usual } from "../events.ts";
import { learntDaily } from "../usual/learnt-daily.ts";
import { chanceOf } from "../usual/budget.ts";
import type { PastWindow } from "./fit.ts";
import { learn, type LearnOptions } from "./learn.ts";
import type { LocalSlots } from "../usual/local-slots.ts";
import { windowsOf } from "../usual/windows.ts";

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

/** What to expect of the window that begins at `start`; undefined where too little is known. */
export type Expect = (start: number, scale: number) => Usual | undefined;

/** Learns what to expect of groups, day by day. */
export function expectations({ scale, season, perWeek, ...history }: History) {
  const { select, by, slots } = history;
  return learntDaily<Expect>({
    ...history,
    async learn(events, { groups, range, sharing }, signal) {
      const past = (selection: Selection) =>
        windowsOf(
          events,
          slots,
          { select: ofAnyAge(selection), by, groups, range, measure: "attempts" },
          signal,
        );
      const counts = await past(select);
      const scales = scale && (await past(scale));
      const chance = chanceOf(perWeek / sharing, slots.lengthMs);
      return new Map(
        groups.map(groupKey).map((key): [string, Expect] => {
          const windows = inARow(range, slots, counts.get(key), scales?.get(key));
          return [key, learn(windows, { slots, season, chance }) ?? (() => undefined)];
        }),
      );
    },
  });
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
