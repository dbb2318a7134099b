import type { Filter } from "./filter.ts";
import { both } from "./filter.ts";
import { queryOf, type Query } from "./filter-query.ts";
import type { EventStore, Group, Usual } from "./events.ts";
import { groupKey } from "./events.ts";
import type { Rule } from "./rule.ts";

/** Why a rule did or did not fire at a time. */
export interface Explanation {
  rule: string;
  kind: string;
  at: string;
  /** The stretch in which a window that ends at `at` lies. */
  from: string;
  threshold: number;
  /** Events that the rule looks at, and those of them that belong to no group because a field is missing. */
  events: number;
  without_group: number;
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
  const to = at.getTime() + 1;
  const from = to - Math.max(rule.condition.lengthMs, rule.withinMs, rule.everyMs);
  const select = rule.condition.shown;
  const range = { from, to, since: from };
  const all = await events.tally({ select, by: [], range, measure: "documents" }, signal);
  const total = all[0]?.documents ?? 0;
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
  for (const group of await rule.condition.candidates(events, range, signal)) {
    if (found.size < 40) found.set(groupKey(group), group);
  }
  const gathered = await rule.condition.gather(events, [...found.values()], range, signal);
  return {
    rule: rule.id,
    kind: rule.kind,
    at: at.toISOString(),
    from: new Date(from).toISOString(),
    threshold: rule.condition.threshold,
    events: total,
    without_group: rule.groupBy.length > 0 ? (without[0]?.documents ?? 0) : 0,
    groups: [...found].map(([key, group]) => {
      const tally = groups.find((one) => groupKey(one.group) === key);
      const { spans, waiting } = rule.condition.judge(gathered.get(key) ?? [], range);
      const count = Math.max(...spans.map((span) => span.count));
      const usual = gathered.get(key)?.flat().at(-1)?.usual;
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

const namedGroup = (rule: Rule, group: Group) =>
  Object.fromEntries(rule.groupBy.map((field, i) => [field, group[i]]));
