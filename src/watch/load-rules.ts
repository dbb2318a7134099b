import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { closest } from "../lib/closest.ts";
import {
  parseRuleFile,
  type LoadOptions,
  type ParsedFile,
  type RuleFileProblem,
} from "./parse-rule-file.ts";
import type { Rule } from "./rule.ts";
import { ruleFiles } from "./rule-files.ts";

/** Rules that can be run, and why others cannot. */
export interface RuleSet {
  rules: Rule[];
  /** Every file that was read, lists too: when one changes the rules are read again. */
  files: string[];
  /** Those of them that hold rules. */
  ruleFiles: readonly string[];
  problems: RuleFileProblem[];
}

/**
 * Reads rule files (paths with `*` in their last part). A rule with a mistake is left out and named in `problems`; the
 * others are there.
 *
 * @throws RULES_MISSING when a pattern matches no file.
 */
export async function loadRules(
  globs: string | readonly string[],
  options: LoadOptions = {},
): Promise<RuleSet> {
  const folder = options.folder ?? process.cwd();
  const files = await ruleFiles([globs].flat(), folder);
  const set: RuleSet = { rules: [], files: [...files], ruleFiles: files, problems: [] };
  const onList = (path: string) => set.files.push(path);
  const parsed: ParsedFile[] = [];
  for (const path of files) {
    const text = await readFile(resolve(folder, path), "utf8");
    parsed.push(await parseRuleFile(text, path, { onList, ...options }));
  }
  set.problems.push(...parsed.flatMap(({ problems }) => problems));
  // A rule that is refused for a mistake of its own is there all the same for those that name it.
  const named = [
    ...set.problems.flatMap(({ rule }) => (rule === undefined ? [] : [rule])),
    ...parsed.flatMap(({ rules }) => rules.map(({ id }) => id)),
  ];
  for (const file of parsed) {
    for (const rule of file.rules) {
      const problems = [...twin(rule, set.rules, file), ...strangers(rule, named, file)];
      if (problems.length === 0) set.rules.push(rule);
      else set.problems.push(...problems);
    }
  }
  return set;
}

/** The mistake that another file has a rule of the same id; that one runs. */
function twin(rule: Rule, others: readonly Rule[], file: ParsedFile): RuleFileProblem[] {
  const other = others.find(({ id }) => id === rule.id);
  if (!other) return [];
  return [problemAt(rule, file, ["id"], `the id "${rule.id}" is taken by a rule in ${other.file}`)];
}

/** The mistakes in `inhibits`: ids that no rule has. */
function strangers(rule: Rule, known: readonly string[], file: ParsedFile): RuleFileProblem[] {
  return rule.inhibits.flatMap((id, i) => {
    if (known.includes(id)) return [];
    const meant = closest(id, known);
    const advice = meant === undefined ? "" : `; did you mean "${meant}"?`;
    return [problemAt(rule, file, ["inhibits", i], `inhibits.${i}: no rule "${id}"${advice}`)];
  });
}

function problemAt(
  rule: Rule,
  { places }: ParsedFile,
  path: readonly PropertyKey[],
  message: string,
): RuleFileProblem {
  const place = places.get(rule.id)?.(path) ?? { line: 1, column: 1 };
  return { ...place, file: rule.file, rule: rule.id, message };
}
