import { formatDuration } from "../lib/duration.ts";
import { amount } from "../notify/when.ts";
import type { Usual } from "../watch/events.ts";
import type { Explanation } from "../watch/explain.ts";
import type { Rule } from "../watch/rule.ts";

/** What a rule sees, for people. */
export function explained(seen: Explanation, { lateMs, condition }: Rule): string {
  const { rule, kind, from, to, events, without_group: without, too_late: late, groups } = seen;
  const limit = condition.promisedPerWeek === undefined ? `limit ${seen.threshold}` : "learns";
  const lines = groups.map(({ group, attempts, fires, pending, count, usual }) => {
    const name = Object.keys(group).length === 0 ? "all events" : JSON.stringify(group);
    const found = count ?? attempts;
    const verdict = fires ? ` - fires with ${found}` : pending ? ` - pending with ${found}` : "";
    return `  ${name}: ${attempts}${verdict}${usual ? `; ${usualIs(usual)}` : ""}\n`;
  });
  const left = `; ${amount(late, "more event")} left out: later than ${formatDuration(lateMs)}`;
  return (
    `${rule} (${kind}, ${limit}) from ${from} to ${to}\n` +
    `${amount(events, "event")}, ${without} of them in no group${late > 0 ? left : ""}\n` +
    lines.join("")
  );
}

function usualIs({ limit, expected: { count, rung } }: Usual): string {
  const usual = count === undefined ? "what is usual is not known yet" : `usual are ${count}`;
  return `${usual}, unusual from ${limit} on (${rung})`;
}
