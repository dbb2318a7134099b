import type { Filter } from "./filter.ts";
import { both } from "./filter.ts";
import { queryOf, type Query } from "./filter-query.ts";
import type { EventStore, Group, Usual } from "./events.ts";
import { groupKey, ofAnyAge } from "./events.ts";
import type { Rule } from "./rule.ts";

/** Why a rule did or did not fire at a time. */
export interface Explanation {
  rule: string;
  kind: string;
  at: string;
  /** The stretch that is looked at: the window that ends at `at`, or the last aligned one that was over by then. */
  from: string;
  to: string;
  threshold: number;
  /** Events that the rule looks at, and those of them that belong to no group because a field is missing. */
  events: number;
  without_group: number;
  /** Events that are left out because they arrived later than the rule's `late`. */
  too_late: number;
  /** The largest groups, at most twenty. `fires`: a window that ends in the stretch qualifies. */
  groups: {
    group: Record<string, unknown>;
    events: number;
    attempts: number;
    fires: boolean;
    /** Enough for now, but not in enough windows in a row yet. */
    pending?: true;
    count?: number;
    /** Of a rule that learns: what was usual for the newest window that held enough to be judged. */
    usual?: Usual;
  }[];
  query: Query;
}

/** Looks at the events as the rule does at `at`, and says what it sees. */
export async function explainRule(
  rule: Rule,
  events: EventStore,
  at: Date,
  signal: AbortSignal,
): Promise<Explanation> {
  const { condition } = rule;
  const to = condition.startOf?.(at.getTime()) ?? at.getTime() + 1;
  const length = condition.startOf ? rule.withinMs : condition.lengthMs;
  const from = to - Math.max(length, rule.withinMs, rule.everyMs);
  const select = condition.shown;
  const range = { from, to, since: from };
  const all = await events.tally({ select, by: [], range, measure: "documents" }, signal);
  const total = all[0]?.documents ?? 0;
  const ever = await events.tally(
    { select: ofAnyAge(select), by: [], range, measure: "documents" },
    signal,
  );
  const lacking: Filter = {
    op: "any",
    of: rule.groupBy.map((field) => ({ op: "not", of: { op: "exists", field } })),
  };
  const without = await events.tally(
    {
      select: { ...select, filter: both(select.filter, lacking) },
      by: [],
      range,
      measure: "documents",
    },
    signal,
  );
  const groups = await events.tally(
    { select, by: rule.groupBy, range, measure: "attempts" },
    signal,
  );
  const largest = groups.sort((a, b) => b.measure - a.measure).slice(0, 20);
  const found = new Map(largest.map(({ group }) => [groupKey(group), group]));
  for (const group of await condition.candidates(events, range, signal)) {
    if (found.size < 40) found.set(groupKey(group), group);
  }
  const gathered = await condition.gather(events, [...found.values()], range, signal);
  return {
    rule: rule.id,
    kind: rule.kind,
    at: at.toISOString(),
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    threshold: condition.threshold,
    events: total,
    without_group: rule.groupBy.length > 0 ? (without[0]?.documents ?? 0) : 0,
    too_late: (ever[0]?.documents ?? 0) - total,
    groups: [...found].map(([key, group]) => {
      const tally = groups.find((one) => groupKey(one.group) === key);
      const judged = condition.judge(gathered.get(key) ?? [], range);
      // Aligned windows before it are judged along.
      const spans = judged.spans.filter(
        (span) => condition.startOf === undefined || span.at >= from,
      );
      const { waiting } = judged;
      const count = Math.max(...spans.map((span) => span.count));
      const seen = gathered.get(key)?.flat() ?? [];
      const usual = seen.find((one) => one.usual && one.at >= from && one.at < to)?.usual;
      return {
        group: namedGroup(rule, group),
        events: tally?.documents ?? 0,
        attempts: tally?.measure ?? 0,
        fires: spans.length > 0,
        ...(spans.length > 0 ? { count } : waiting ? { pending: true, count: waiting.count } : {}),
        ...(usual ? { usual } : {}),
      };
    }),
    query: queryOf(select.filter),
  };
}

/** When the window that an event at `last` is the last of is over: at once where windows slide. */
export const endOfWindow = ({ condition, withinMs }: Rule, last: number) =>
  new Date(condition.startOf ? condition.startOf(last) + withinMs : last);

const namedGroup = (rule: Rule, group: Group) =>
  Object.fromEntries(rule.groupBy.map((field, i) => [field, group[i]]));
