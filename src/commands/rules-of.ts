import type { Config } from "../config/schema.ts";
import { closest } from "../lib/closest.ts";
import { AppError } from "../lib/errors.ts";
import { operationsName } from "../notify/recipients.ts";
import { formats } from "../parse/registry.ts";
import { loadRules, type RuleSet } from "../watch/load-rules.ts";
import { rulesError } from "../watch/parse-rule-file.ts";
import type { Rule } from "../watch/rule.ts";

/** The rules that the config names, held against its recipients and hosts. */
export async function rulesOf(config: Config): Promise<RuleSet> {
  return loadRules(config.watch.rules, {
    datasets: Object.keys(formats),
    recipients: [...Object.keys(config.notify?.recipients ?? {}), operationsName],
    expected: config.hosts.flatMap(({ name, logs }) =>
      logs.map(({ format }) => ({ "host.name": name, "event.dataset": format })),
    ),
  });
}

/** The same, where a mistake in any rule is reason to stop. @throws RULES_INVALID. */
export async function flawlessRulesOf(config: Config): Promise<RuleSet> {
  const set = await rulesOf(config);
  if (set.problems.length > 0) throw rulesError(set.problems);
  return set;
}

/** The rules of some files without what the config expects of hosts and recipients: for their own tests. */
export async function offlineRulesOf(globs: string | readonly string[]): Promise<RuleSet> {
  return loadRules(globs, { datasets: Object.keys(formats) });
}

/** The rules that somebody asks for by id; all where none is named. @throws RULE_UNKNOWN, RULES_INVALID. */
export function chosenRules(set: RuleSet, chosen: readonly string[]): readonly Rule[] {
  if (chosen.length === 0) return set.rules;
  return chosen.map((id) => {
    const rule = set.rules.find((one) => one.id === id);
    if (rule) return rule;
    const refused = set.problems.filter((problem) => problem.rule === id);
    if (refused.length > 0) throw rulesError(refused);
    throw unknownRule(set, id);
  });
}

/** No rule is called `id`: wrong usage, with the id that was probably meant. */
export function unknownRule({ rules }: RuleSet, id: string): AppError {
  const ids = rules.map((one) => one.id);
  const meant = closest(id, ids);
  return new AppError("RULE_UNKNOWN", `there is no rule "${id}"`, {
    hint:
      meant === undefined
        ? `rules: ${ids.join(", ") || "none could be read"}`
        : `did you mean "${meant}"? \`leafwatch rules check\` reads them all`,
  });
}
