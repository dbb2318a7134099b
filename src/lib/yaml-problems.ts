import { z } from "zod";
import { closest } from "./closest.ts";
import { AppError } from "./errors.ts";
import { kindOf, placeOf, plainWords } from "./plain-words.ts";
import type { YamlFile, YamlProblem } from "./yaml.ts";

/** Holds `file` against `schema`. Every problem is reported at once, with line, column and what was meant. */
export function checkYaml<S extends z.ZodType>(
  file: YamlFile,
  schema: S,
): { value?: z.output<S>; problems: YamlProblem[] } {
  if (file.value === undefined && file.problems.length > 0) return { problems: [...file.problems] };
  const result = schema.safeParse(file.value ?? {}, { error: plainWords });
  if (result.success) return { value: result.data, problems: [...file.problems] };
  const problems = result.error.issues.flatMap((issue) => describe(file, schema, issue, []));
  // A value whose secret could not be filled in is wrong for that reason alone.
  const told = new Set(file.problems.map(({ line, column }) => `${line}:${column}`));
  const others = problems.filter(({ line, column }) => !told.has(`${line}:${column}`));
  return { problems: [...file.problems, ...others] };
}

/** All problems of a file as one error, `file:line:column: message` a line. */
export function yamlError(
  code: string,
  problems: readonly (YamlProblem & { file: string })[],
  hint: string,
): AppError {
  const sorted = [...problems].sort(
    (a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column,
  );
  const lines = sorted.map(
    ({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`,
  );
  return new AppError(code, [...new Set(lines)].join("\n"), { hint });
}

type Issue = z.core.$ZodIssue;

function describe(
  file: YamlFile,
  schema: z.ZodType,
  issue: Issue,
  prefix: readonly PropertyKey[],
): YamlProblem[] {
  const path = [...prefix, ...issue.path];
  const where = path.length > 0 ? `${placeOf(file.value, path)}: ` : "";
  const say = (message: string) => [{ ...file.locate(path), message }];
  const given = valueAt(file.value, path);
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, path, file.value);
    return issue.keys.map((key) => {
      const meant = closest(key, known);
      const advice = meant ? `did you mean "${meant}"?` : `known here: ${known.join(", ")}`;
      return {
        ...file.locate([...path, key], true),
        message: `${where}unknown key "${key}"; ${advice}`,
      };
    });
  }
  if (issue.code === "invalid_union") {
    const branches = issue.errors.filter((errors) => errors.length > 0);
    // The branch that got furthest is the one that was meant.
    const best = branches.sort((a, b) => depth(b) - depth(a))[0];
    if (best && depth(best) > 0)
      return best.flatMap((inner) => describe(file, schema, inner, path));
    const note =
      "note" in issue && issue.note === "No matching discriminator" && "discriminator" in issue
        ? discriminator(file, schema, path.slice(0, -1), String(issue.discriminator))
        : undefined;
    if (note) return [note];
    if (given === undefined) return say(`${placeOf(file.value, path)} is missing`);
    return say(`${where}${wanted(branches, given)}`);
  }
  if (issue.code === "invalid_value") return say(`${where}${notOneOf(issue.values, given)}`);
  if (issue.code === "invalid_type") {
    if (given === undefined) return say(`${placeOf(file.value, path)} is missing`);
    return say(`${where}${insteadOf(given, [issue], issue.message)}`);
  }
  return say(`${where}${issue.message}`);
}

/** What the branches of a union ask for, each of which refused `given` as a whole. */
function wanted(branches: readonly (readonly Issue[])[], given: unknown): string {
  const first = firstOf(branches);
  const values = first.flatMap((issue) => (issue.code === "invalid_value" ? issue.values : []));
  if (typeof given === "string" && values.some((value) => typeof value === "string"))
    return notOneOf(values, given);
  const mismatch = (issue: Issue) => ["invalid_type", "invalid_value"].includes(issue.code);
  // A branch that takes such a value knows best what is wrong with this one.
  const close = first.filter((issue) => !mismatch(issue));
  const texts = [...new Set((close.length > 0 ? close : first).map(({ message }) => message))];
  const text = texts.map((one, i) => (i > 0 ? one.replace(/^write /, "") : one)).join(", or ");
  return close.length > 0 ? text : insteadOf(given, first, text);
}

/** Our own words for a wrong type say what is there as well. */
function insteadOf(given: unknown, issues: readonly Issue[], message: string): string {
  const ours = issues.every((issue) => issue.message === plainWords(issue));
  return ours ? `${message}, not ${kindOf(given)}` : message;
}

/** The first issue of each branch, of unions within it, too. */
function firstOf(branches: readonly (readonly Issue[])[]): Issue[] {
  return branches.flatMap(([issue]) => {
    if (!issue) return [];
    return issue.code === "invalid_union" && issue.errors.length > 0
      ? firstOf(issue.errors)
      : [issue];
  });
}

function notOneOf(values: readonly unknown[], given: unknown): string {
  const allowed = values.map(String);
  const meant = typeof given === "string" ? closest(given, allowed) : undefined;
  const advice = meant ? `; did you mean "${meant}"?` : "";
  return `${JSON.stringify(given)} is not one of ${allowed.join(", ")}${advice}`;
}

function discriminator(
  file: YamlFile,
  schema: z.ZodType,
  path: readonly PropertyKey[],
  key: string,
): YamlProblem {
  const allowed = schemasAt(schema, path, undefined).flatMap((found) => {
    const values = found.properties?.[key];
    return [values?.const, ...(values?.enum ?? [])].filter((value) => typeof value === "string");
  });
  const given = valueAt(file.value, [...path, key]);
  const meant = typeof given === "string" ? closest(given, allowed) : undefined;
  const said =
    given === undefined ? `${key} is missing` : `${key} ${JSON.stringify(given)} is unknown`;
  const where = path.length > 0 ? `${placeOf(file.value, path)}: ` : "";
  return {
    ...file.locate(given === undefined ? path : [...path, key]),
    message: `${where}${said}; ${meant ? `did you mean "${meant}"?` : `known: ${allowed.join(", ")}`}`,
  };
}

const depth = (issues: readonly Issue[]) =>
  Math.max(
    0,
    ...issues.map((issue) => issue.path.length + (issue.code === "unrecognized_keys" ? 1 : 0)),
  );

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      inner !== null && typeof inner === "object"
        ? (inner as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  );
}

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  additionalProperties?: JsonSchema | boolean;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  const?: unknown;
  enum?: unknown[];
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
}

/** The object schemas that may stand at `path`; of a union, those whose constants agree with `value`. */
function schemasAt(schema: z.ZodType, path: readonly PropertyKey[], value: unknown): JsonSchema[] {
  const root = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  const spread = (one: JsonSchema): JsonSchema[] => {
    const target = one.$ref ? root.$defs?.[one.$ref.replace("#/$defs/", "")] : undefined;
    const inner = [
      ...(target ? [target] : []),
      ...(one.anyOf ?? []),
      ...(one.oneOf ?? []),
      ...(one.allOf ?? []),
    ];
    return [one, ...inner.flatMap(spread)];
  };
  let found = spread(root);
  let here = value;
  for (const key of path) {
    here = valueAt(here, [key]);
    const next = found.flatMap((one) => {
      if (typeof key === "number") return one.items ? [one.items] : [];
      const property = one.properties?.[String(key)];
      if (property) return [property];
      return typeof one.additionalProperties === "object" ? [one.additionalProperties] : [];
    });
    found = next.flatMap(spread);
  }
  const agree = found.filter((one) =>
    Object.entries(one.properties ?? {}).every(
      ([key, property]) =>
        property.const === undefined ||
        valueAt(here, [key]) === undefined ||
        property.const === valueAt(here, [key]),
    ),
  );
  return agree.length > 0 ? agree : found;
}

function knownKeys(schema: z.ZodType, path: readonly PropertyKey[], value: unknown): string[] {
  return [
    ...new Set(schemasAt(schema, path, value).flatMap((one) => Object.keys(one.properties ?? {}))),
  ];
}
