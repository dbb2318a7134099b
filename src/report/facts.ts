import type { Level } from "../model/alert.ts";
import type { Changes, Exemption, Mails, RuleRow, Rules } from "./model/rules.ts";
import type { Week } from "./week.ts";

/** What the report cannot count itself; commands/ asks the watcher, the notifier and the config. */
export interface ReportFacts {
  readonly rules?: readonly RuleFacts[];
  /** Judged time ÷ elapsed time over all rules in the week. */
  readonly coveragePercent?: number;
  readonly mails?: Mails;
  readonly mutes?: readonly {
    readonly of: string;
    readonly why: string;
    readonly owner: string;
    /** ISO 8601; undefined where it names no beginning. */
    readonly from?: string;
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
  /** Passes over this rule that failed in the week. */
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
  return {
    rows: [...configured, ...gone].sort((a, b) => (a.id < b.id ? -1 : 1)),
    mails: facts.mails ?? null,
  };
}

/** "Soon": the end of an exception or a mute is named this long before. */
const soonMs = 14 * 86_400_000;

export function changesOf(facts: ReportFacts, week: Week, now: Date): Changes {
  const { earlier, rules = [] } = facts;
  const soon = week.to.getTime() + soonMs;
  const in_force = [
    ...rules.flatMap((rule) =>
      (rule.exceptions ?? []).map((one) => ({ what: "exception" as const, of: rule.id, ...one })),
    ),
    ...(facts.mutes ?? [])
      .filter(({ from }) => from === undefined || new Date(from) < week.to)
      .map(({ of, why, owner, until }) => ({ what: "mute" as const, of, why, owner, until })),
  ]
    .map((one) => ({ ...one, end: Date.parse(one.until) }))
    .filter(({ end }) => end > week.from.getTime())
    .sort((a, b) => a.end - b.end || (a.of < b.of ? -1 : 1))
    .map(({ end, ...one }): Exemption => ({
      ...one,
      ends: end <= now.getTime() ? "ended" : end <= soon ? "soon" : "later",
    }));
  if (!earlier) return { rules: [], since: null, in_force };
  const current = new Map(rules.map((rule) => [rule.id, rule.hash]));
  const before = new Map(Object.entries(earlier.hashes));
  const changed = [...new Set([...current.keys(), ...before.keys()])].sort().flatMap((rule) => {
    if (current.get(rule) === before.get(rule)) return [];
    const what = !before.has(rule) ? "new" : !current.has(rule) ? "removed" : "changed";
    return [{ rule, what } as const];
  });
  return { rules: changed, since: earlier.since, in_force };
}
