import { learn } from "../../../../src/watch/baseline/learn.ts";
import { localSlots } from "../../../../src/watch/usual/local-slots.ts";
import { weightOf, type OracleEvent } from "./oracle.ts";

const hour = 3_600_000;
const day = 24 * hour;
const slots = localSlots("UTC", hour);

/**
 * The least number of failures that is unusual in the hour of `inside`, learnt from all events of its group at once: those
 * of the hours that were over a day and a quarter of an hour before its own day began.
 */
export function unusual(events: readonly OracleEvent[], inside: readonly OracleEvent[]): number {
  const at = slots.startOf(inside[0]?.at ?? 0);
  const until = slots.startOf(Math.floor(at / day) * day - day - 900_000);
  const before = events.filter((event) => event.at < until);
  const first = slots.startOf(Math.min(...before.map((event) => event.at)));
  const weight = (outcome: string, some: readonly OracleEvent[]) =>
    weightOf(some.filter((event) => event.outcome === outcome));
  const past = [];
  for (let start = first; before.length > 0 && start < until; start += hour) {
    const within = before.filter((event) => event.at >= start && event.at < start + hour);
    past.push({ start, count: weight("failure", within), scale: weight("success", within) });
  }
  while (past[0] && past[0].count + past[0].scale === 0) past.shift();
  // The played budget is so large that the mildest level holds.
  const expect = learn(past, { slots, season: "weekly", chance: 0.01 });
  return Math.max(2, expect?.(at, weight("success", inside)).limit ?? 3);
}
