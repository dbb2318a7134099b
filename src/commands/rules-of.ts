import type { Config } from "../config/schema.ts";
import { operationsName } from "../notify/recipients.ts";
import { formats } from "../parse/registry.ts";
import { loadRules, type RuleSet } from "../watch/load-rules.ts";
import { rulesError } from "../watch/parse-rule-file.ts";

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
