import { z } from "zod";
import { closest } from "../lib/closest.ts";
import { messageOf, type AppError } from "../lib/errors.ts";
import { checkYaml, yamlError } from "../lib/yaml-problems.ts";
import { readYaml, type YamlFile, type YamlProblem } from "../lib/yaml.ts";
import { fieldMap, parseFilter, type Checker } from "./filter-parse.ts";
import { knownFields, type KnownFields } from "./known-fields.ts";
import { ruleKinds } from "./registry.ts";
import type { ConditionParts, Rule } from "./rule.ts";
import { compileRule } from "./rule-compile.ts";
import { readList } from "./rule-files.ts";
import { ruleFileSchema, ruleKeys, type Defaults, type RuleInput } from "./rule-schema.ts";

/** A mistake in a rule file. `rule` is the id of the rule that it is in, where there is one. */
export interface RuleFileProblem extends YamlProblem {
  file: string;
  rule?: string;
}

export interface LoadOptions {
  /** Paths are relative to it; default: the working folder. */
  folder?: string;
  overrides?: { everyMs?: number; delayMs?: number };
  /** Fields that mappings have; default: those of index-templates/. */
  fields?: KnownFields;
  /** Datasets that are written; undefined: any name will do. */
  datasets?: readonly string[] | undefined;
  /** Names of `notify.recipients`; undefined: any. */
  recipients?: readonly string[] | undefined;
  /** Told of every list that a rule reads, by its path. */
  onList?: (path: string) => void;
  /** The sources of `hosts:`, which a rule of kind silence expects. */
  expected?: ConditionParts["expected"];
}

/** The rules of one file that can be run, and why others cannot. */
export interface ParsedFile {
  rules: Rule[];
  /** Where a part of a rule stands, by its id. */
  places: Map<string, (path: readonly PropertyKey[]) => { line: number; column: number }>;
  problems: RuleFileProblem[];
}

/** The problems as one error, every one with file, line and column; a recipient that many rules miss is told once. */
export function rulesError(problems: readonly RuleFileProblem[]): AppError {
  const isStranger = ({ message }: RuleFileProblem) => message.includes(stranger);
  const told = problems.flatMap((problem) => {
    if (!isStranger(problem)) return [problem];
    const alike = problems.filter(({ message }) => message === problem.message);
    if (alike[0] !== problem) return [];
    const more = alike.length > 1 ? ` (the first of ${alike.length} rules)` : "";
    return [{ ...problem, message: `${problem.message}${more}` }];
  });
  const hint = problems.every(isStranger)
    ? "add the names to notify.recipients of the config, or let the rules name others"
    : "docs/rules.md describes every key; `leafwatch rules check` looks again";
  return yamlError("RULES_INVALID", told, hint);
}

const stranger = 'no recipient "';

/** The rules of one file's text. */
export async function parseRuleFile(
  text: string,
  name: string,
  options: LoadOptions = {},
): Promise<ParsedFile> {
  const file = await readYaml(text, name);
  const { value, problems } = checkYaml(file, ruleFileSchema);
  const found: ParsedFile = {
    rules: [],
    places: new Map(),
    problems: problems.map((problem) => ({ ...problem, file: name })),
  };
  if (!value) return found;
  const fields = options.fields ?? (await knownFields());
  for (const [i, raw] of value.rules.entries()) {
    const id = idOf(raw);
    const own: YamlProblem[] = [];
    const part = within(file, raw, ["rules", i]);
    const rule = ruleOf(part, value.defaults, name, options, fields, own);
    const named = id === undefined ? {} : { rule: id };
    found.problems.push(...own.map((problem) => ({ ...problem, file: name, ...named })));
    if (!rule || own.length > 0) continue;
    if (found.rules.some((other) => other.id === rule.id)) {
      const place = file.locate(["rules", i, "id"]);
      found.problems.push({
        ...place,
        file: name,
        ...named,
        message: `the id "${rule.id}" stands twice`,
      });
    } else {
      found.rules.push(rule);
      found.places.set(rule.id, (path) => part.locate(path));
    }
  }
  return found;
}

function ruleOf(
  file: YamlFile,
  defaults: Defaults,
  name: string,
  options: LoadOptions,
  fields: KnownFields,
  problems: YamlProblem[],
): Rule | undefined {
  const raw = file.value;
  const say = (path: readonly PropertyKey[], message: string, key = false) => {
    const where = path.length > 0 ? `${path.map(String).join(".")}: ` : "";
    problems.push({ ...file.locate(path, key), message: `${where}${message}` });
  };
  const kinds = Object.keys(ruleKinds);
  const given = raw !== null && typeof raw === "object" ? Object.keys(raw) : [];
  const conditions = kinds.filter((kind) => given.includes(kind));
  const [kind] = conditions;
  const definition = kind === undefined ? undefined : ruleKinds[kind];
  if (conditions.length > 1) say([], `exactly one condition: it has ${conditions.join(" and ")}`);
  // Without a condition every kind's keys are known, so that a misspelt one is named as such.
  const shape =
    definition && conditions.length === 1
      ? definition.options.shape
      : Object.fromEntries(
          Object.values(ruleKinds).flatMap(({ options: { shape: keys } }) =>
            Object.entries(keys).map(([key, schema]) => [key, z.optional(schema as z.ZodType)]),
          ),
        );
  const schema = z.strictObject({ ...ruleKeys, ...shape });
  const filled = { ...file, value: withDefaults(raw, defaults) };
  const { value, problems: wrong } = checkYaml(filled, schema);
  problems.push(...wrong);
  if (!definition || kind === undefined) {
    if (conditions.length === 0 && !wrong.some(({ message }) => message.includes("did you mean"))) {
      say([], `has no condition: one of ${kinds.join(", ")}`);
    }
    return undefined;
  }
  const check: Checker = {
    problem: (path, message) => {
      say(path, message);
    },
    field(field, path) {
      if (fields.has(field)) return;
      const meant = closest(field, fields.names);
      say(
        path,
        `no field "${field}"${meant === undefined ? "" : `; did you mean "${meant}"?`}`,
        true,
      );
    },
    typeOf: fields.typeOf,
  };
  if (!value || wrong.length > 0 || conditions.length > 1) {
    // What can be checked without the rest is checked, so that all mistakes are named at once.
    checkRaw(raw, check);
    return undefined;
  }
  const input = value;
  checkNames(input, defaults, options, say);
  const own = Object.fromEntries(
    Object.keys(definition.options.shape).flatMap((key) =>
      given.includes(key) ? [[key, (raw as Record<string, unknown>)[key]] as const] : [],
    ),
  );
  try {
    return compileRule(input, kind, own, {
      file: name,
      defaults,
      overrides: options.overrides ?? {},
      expected: options.expected ?? [],
      readText: (path) => readList(path, name, options.folder ?? process.cwd(), options.onList),
      check,
    });
  } catch (error) {
    say([kind], messageOf(error));
    return undefined;
  }
}

/** Names the mistakes in the fields of a rule whose shape is wrong somewhere else. */
function checkRaw(raw: unknown, check: Checker): void {
  const { match, group_by: groupBy } = raw as { match?: unknown; group_by?: unknown };
  const map = fieldMap.safeParse(match);
  if (map.success) parseFilter(map.data, ["match"], check);
  const fields = z.array(z.string()).safeParse(groupBy);
  for (const [i, field] of (fields.data ?? []).entries()) check.field(field, ["group_by", i]);
}

function checkNames(
  input: RuleInput,
  defaults: Defaults,
  { datasets, recipients }: LoadOptions,
  say: (path: readonly PropertyKey[], message: string) => void,
): void {
  for (const [i, dataset] of input.dataset.entries()) {
    if (!datasets || datasets.includes(dataset)) continue;
    const meant = closest(dataset, datasets);
    say(
      ["dataset", i],
      `no dataset "${dataset}"; ${meant === undefined ? `known: ${datasets.join(", ")}` : `did you mean "${meant}"?`}`,
    );
  }
  for (const name of { ...defaults.notify, ...input.notify }.to ?? []) {
    if (!recipients || recipients.includes(name)) continue;
    const meant = closest(name, recipients);
    say(
      ["notify"],
      `${stranger}${name}"${meant === undefined ? ` in notify.recipients of the config; known: ${recipients.join(", ")}` : `; did you mean "${meant}"?`}`,
    );
  }
}

/** `level` is the one default that is no key of time or mail. */
function withDefaults(raw: unknown, defaults: Defaults): unknown {
  if (raw === null || typeof raw !== "object" || Array.isArray(raw)) return raw;
  return defaults.level === undefined ? raw : { level: defaults.level, ...raw };
}

/** The part of a file at `prefix` as a file of its own. */
function within(file: YamlFile, value: unknown, prefix: readonly PropertyKey[]): YamlFile {
  return {
    name: file.name,
    value,
    problems: [],
    locate: (path, key) => file.locate([...prefix, ...path], path.length === 0 ? false : key),
  };
}

const idOf = (raw: unknown): string | undefined => {
  const id = (raw as { id?: unknown } | null)?.id;
  return typeof id === "string" ? id : undefined;
};
