import type { Level } from "../model/alert.ts";
import type { Changes, RuleRow, Rules } from "./model/rules.ts";
import { hoursOf, type Week } from "./week.ts";

/** What the report cannot count itself; commands/ asks the watcher, the notifier and the config. */
export interface ReportFacts {
  readonly rules?: readonly RuleFacts[];
  /** Judged time ÷ elapsed time over all rules in the week. */
  readonly coveragePercent?: number;
  /** Mails of the week. */
  readonly mails?: {
    readonly sent: number;
    readonly waiting: number;
    readonly dead: number;
    readonly retried: number;
  };
  readonly mutes?: readonly {
    readonly of: string;
    readonly why: string;
    readonly owner: string;
    readonly until: string;
  }[];
  /** Rule hashes as the last report saw them. */
  readonly earlier?: { readonly since: string; readonly hashes: Readonly<Record<string, string>> };
}

export interface RuleFacts {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  readonly hash: string;
  readonly coveragePercent?: number;
  /** Searches of this rule that failed in the week. */
  readonly failures?: number;
  /** False alerts a week that the rule's budget allows. */
  readonly promisedPerWeek?: number;
  readonly exceptions?: readonly {
    readonly why: string;
    readonly owner: string;
    /** ISO 8601 date or time. */
    readonly until: string;
  }[];
}

/** Each rule with what it raised; also one that is no longer configured but has raised something. */
export function rulesOf(
  facts: ReportFacts,
  byRule: ReadonlyMap<string, { alerts: number; false: number }>,
): Rules {
  const configured = (facts.rules ?? []).map((rule): RuleRow => ({
    id: rule.id,
    title: rule.title,
    level: rule.level,
    hash: rule.hash,
    alerts: byRule.get(rule.id)?.alerts ?? 0,
    coverage_percent: rule.coveragePercent ?? null,
    failures: rule.failures ?? null,
    false_alerts: byRule.get(rule.id)?.false ?? 0,
    promised_per_week: rule.promisedPerWeek ?? null,
  }));
  const ids = new Set(configured.map((rule) => rule.id));
  const gone = [...byRule]
    .filter(([id]) => !ids.has(id))
    .map(([id, count]): RuleRow => ({
      id,
      title: "no longer configured",
      level: "informational",
      hash: "",
      alerts: count.alerts,
      coverage_percent: null,
      failures: null,
      false_alerts: count.false,
      promised_per_week: null,
    }));
  const { sent, waiting, dead, retried } = facts.mails ?? {};
  return {
    rows: [...configured, ...gone].sort((a, b) => (a.id < b.id ? -1 : 1)),
    mails:
      sent === undefined || waiting === undefined || dead === undefined
        ? null
        : { sent, waiting, dead },
    retried: retried ?? null,
  };
}

/** "Soon": the end of an exception or a mute is named this long before. */
const soonHours = 14 * 24;

export function changesOf(facts: ReportFacts, week: Week): Changes {
  const { earlier, rules = [] } = facts;
  const ending = [
    ...rules.flatMap((rule) =>
      (rule.exceptions ?? []).map((one) => ({ what: "exception" as const, of: rule.id, ...one })),
    ),
    ...(facts.mutes ?? []).map((one) => ({ what: "mute" as const, ...one })),
  ]
    .filter(({ until }) => {
      const hours = hoursOf({ from: week.from, to: new Date(until) });
      return hours >= 0 && hours <= hoursOf(week) + soonHours;
    })
    .sort((a, b) => Date.parse(a.until) - Date.parse(b.until));
  if (!earlier) return { rules: [], since: null, ending };
  const now = new Map(rules.map((rule) => [rule.id, rule.hash]));
  const before = new Map(Object.entries(earlier.hashes));
  const changed = [...new Set([...now.keys(), ...before.keys()])].sort().flatMap((rule) => {
    if (now.get(rule) === before.get(rule)) return [];
    const what = !before.has(rule) ? "new" : !now.has(rule) ? "removed" : "changed";
    return [{ rule, what } as const];
  });
  return { rules: changed, since: earlier.since, ending };
}
