import { parseAllDocuments, stringify } from "yaml";
import { z } from "zod";
import { messageOf } from "../lib/errors.ts";
import { levels } from "../model/alert.ts";
import { knownFields } from "./known-fields.ts";
import { parseRuleFile } from "./parse-rule-file.ts";
import { detectionMap, Refusal, type FieldMap } from "./sigma-detection.ts";
import { sourceOf } from "./sigma-fields.ts";

/** Rules of ours that say what the Sigma rules said, and those that cannot be. */
export interface SigmaImport {
  /** A rule file; empty where nothing could be imported. */
  yaml: string;
  refused: { file: string; rule: string; reason: string }[];
}

const common = {
  title: z.string(),
  id: z.string().optional(),
  name: z.string().optional(),
  description: z.string().optional(),
  level: z.enum(levels).default("medium"),
  tags: z.array(z.string()).default([]),
};

const plain = z.looseObject({
  ...common,
  logsource: z.object({
    product: z.string().optional(),
    category: z.string().optional(),
    service: z.string().optional(),
  }),
  detection: z.record(z.string(), z.unknown()),
});

const correlation = z.looseObject({
  ...common,
  correlation: z.looseObject({
    type: z.string(),
    rules: z.union([z.string().transform((one) => [one]), z.array(z.string())]),
    "group-by": z.array(z.string()).default([]),
    timespan: z.string(),
    condition: z.record(z.string(), z.unknown()).optional(),
    aliases: z.unknown().optional(),
    generate: z.boolean().default(false),
  }),
});

type Plain = z.output<typeof plain>;
type Correlation = z.output<typeof correlation>;
type Entry = { file: string; name: string } & ({ plain: Plain } | { correlation: Correlation });

/** Imports Sigma rules and correlations, each exactly or not at all. */
export async function importSigma(
  texts: readonly { file: string; text: string }[],
): Promise<SigmaImport> {
  const result: SigmaImport = { yaml: "", refused: [] };
  const entries: Entry[] = [];
  for (const { file, text } of texts) {
    for (const document of parseAllDocuments(text)) {
      const value: unknown = document.toJS();
      const name = (value as { title?: string } | null)?.title ?? "a rule without a title";
      const one = correlation.safeParse(value);
      const other = plain.safeParse(value);
      if (document.errors.length > 0) {
        result.refused.push({ file, rule: name, reason: messageOf(document.errors[0]) });
      } else if (one.success) entries.push({ file, name, correlation: one.data });
      else if (other.success) entries.push({ file, name, plain: other.data });
      else {
        const isCorrelation = value !== null && typeof value === "object" && "correlation" in value;
        const reason = (isCorrelation ? one : other).error.issues
          .map((i) => `${i.path.join(".")}: ${i.message}`)
          .join("; ");
        result.refused.push({ file, rule: name, reason: `is no Sigma rule: ${reason}` });
      }
    }
  }
  const { has } = await knownFields();
  const used = new Set(
    entries.flatMap((e) =>
      "correlation" in e && !e.correlation.correlation.generate
        ? e.correlation.correlation.rules
        : [],
    ),
  );
  const rules: FieldMap[] = [];
  for (const entry of entries) {
    if ("plain" in entry && namesOf(entry.plain).some((name) => used.has(name))) continue;
    try {
      const rule =
        "plain" in entry
          ? { ...head(entry.plain), ...single(entry.plain, has) }
          : { ...head(entry.correlation), ...correlated(entry.correlation, entries, has) };
      if (rules.some(({ id }) => id === rule["id"]))
        throw new Refusal(`another rule here has the title, and so the id "${String(rule["id"])}"`);
      const yaml = stringify({ version: 1, rules: [rule] });
      const { problems } = await parseRuleFile(yaml, entry.file);
      const [problem] = problems;
      if (problem) throw new Refusal(problem.message);
      rules.push(rule);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      result.refused.push({ file: entry.file, rule: entry.name, reason: error.message });
    }
  }
  if (rules.length > 0) result.yaml = stringify({ version: 1, rules });
  return result;
}

const namesOf = ({ id, name, title }: Plain | Correlation) =>
  [id, name, title].filter((one) => one !== undefined);

function head({ title, description, level, tags }: Plain | Correlation): FieldMap {
  const attack = tags.flatMap((tag) => {
    const [, technique] = /^attack\.(t\d{4}(?:\.\d{3})?)$/i.exec(tag) ?? [];
    return technique === undefined ? [] : [technique.toUpperCase()];
  });
  const id = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  const [why] = description?.split("\n") ?? [];
  return {
    id: id === "" ? "sigma" : id,
    title: title.replace(/[{}]/g, ""),
    ...(why === undefined || why === "" ? {} : { why }),
    level,
    ...(attack.length > 0 ? { attack } : {}),
  };
}

type Has = (field: string) => boolean;

function fieldNamer(rule: Plain, has: Has) {
  const source = sourceOf(rule.logsource);
  if (typeof source === "string") throw new Refusal(source);
  const field = (name: string) => {
    const own = source.field(name) ?? (has(name) ? name : undefined);
    if (own === undefined) throw new Refusal(`no field of ours is what Sigma calls ${name}`);
    return own;
  };
  return { datasets: source.datasets, field };
}

function single(rule: Plain, has: Has): FieldMap {
  const { datasets, field } = fieldNamer(rule, has);
  return {
    dataset: datasets,
    match: detectionMap(rule.detection, field),
    within: "5m",
    count: { gte: 1, of: "events" },
  };
}

function correlated(
  { correlation: wanted }: Correlation,
  entries: readonly Entry[],
  has: Has,
): FieldMap {
  const { type, rules, timespan, condition, aliases } = wanted;
  if (aliases !== undefined)
    throw new Refusal("aliases give one group several fields, which ours cannot");
  if (!/^\d+[smhdw]$/.test(timespan))
    throw new Refusal(`timespan ${timespan} is not in s, m, h, d or w`);
  const members = rules.map((name) => {
    const found = entries.find((entry) => "plain" in entry && namesOf(entry.plain).includes(name));
    const other = entries.some(
      (entry) => "correlation" in entry && namesOf(entry.correlation).includes(name),
    );
    if (other) throw new Refusal(`${name} is a correlation itself: ours correlate events`);
    if (!found || !("plain" in found))
      throw new Refusal(`the rule ${name} that it correlates is not among the files`);
    return { rule: found.plain, ...fieldNamer(found.plain, has) };
  });
  const [first] = members;
  if (!first) throw new Refusal("it correlates no rule");
  const by = wanted["group-by"].map((name) => first.field(name));
  for (const { field } of members) {
    if (wanted["group-by"].some((name, i) => field(name) !== by[i])) {
      throw new Refusal("its rules name the fields it groups by differently");
    }
  }
  const shared = {
    dataset: [...new Set(members.flatMap(({ datasets }) => datasets))],
    ...(by.length > 0 ? { group_by: by } : {}),
    within: timespan,
  };
  // A dataset of one rule must not let events of another through.
  const scoped = members.map(({ rule, field, datasets }): FieldMap => {
    const map = detectionMap(rule.detection, field);
    return members.length > 1 ? { all: [{ "event.dataset": datasets }, map] } : map;
  });
  const match = scoped.length === 1 ? scoped[0] : { any: scoped };
  switch (type) {
    case "event_count":
      return { ...shared, match, count: { gte: limitOf(condition), of: "events" } };
    case "value_count":
      return {
        ...shared,
        match,
        distinct: { field: first.field(fieldOf(condition)), gte: limitOf(condition) },
      };
    case "value_sum":
      if (condition?.["gt"] !== undefined)
        throw new Refusal("a sum over gt cannot be said with gte");
      return {
        ...shared,
        match,
        sum: { field: first.field(fieldOf(condition)), gte: limitOf(condition) },
      };
    case "temporal":
    case "temporal_ordered": {
      if (condition !== undefined)
        throw new Refusal("a temporal correlation with a condition is not all of its rules");
      if (members.length < 2) throw new Refusal("a temporal correlation needs two rules");
      const steps = scoped.map((map) => ({ match: map, count: { gte: 1, of: "events" } }));
      return { ...shared, sequence: steps, ...(type === "temporal" ? { ordered: false } : {}) };
    }
    default:
      throw new Refusal(`a correlation of type ${type} has no counterpart`);
  }
}

function limitOf(condition: Readonly<Record<string, unknown>> = {}): number {
  const { gte, gt, ...others } = condition;
  const rest = Object.keys(others).filter((key) => key !== "field");
  if (rest.length > 0) throw new Refusal(`the condition ${rest.join(", ")} is no lower limit`);
  const limit = typeof gte === "number" ? gte : typeof gt === "number" ? gt + 1 : undefined;
  if (limit === undefined || (gte !== undefined && gt !== undefined))
    throw new Refusal("it needs one lower limit, gte or gt");
  if (typeof gt === "number" && !Number.isInteger(gt))
    throw new Refusal("gt of a fraction cannot be said with gte");
  return limit;
}

function fieldOf(condition: Readonly<Record<string, unknown>> = {}): string {
  const { field } = condition;
  if (typeof field === "string") return field;
  throw new Refusal("condition.field is missing, or names several");
}
