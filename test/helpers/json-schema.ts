/** As much of JSON Schema (draft 2020-12) as the Compose Specification uses; a keyword that is not here is refused. */
export interface Schema {
  readonly [keyword: string]: unknown;
}

/** What an instance has against it, and which of its properties some keyword has looked at. */
interface Verdict {
  problems: string[];
  seen: Set<string>;
}

type Values = Readonly<Record<string, unknown>>;

const silent = new Set([
  "$schema",
  "$id",
  "$defs",
  "title",
  "description",
  "deprecated",
  "default",
]);

/** What is wrong with `instance`, each with its place; nothing where it is as the schema wants. */
export function schemaProblems(root: Schema, instance: unknown): string[] {
  return judge(root, root, instance, "").problems;
}

function judge(root: Schema, schema: Schema, instance: unknown, at: string): Verdict {
  const verdict: Verdict = { problems: [], seen: new Set() };
  const say = (problem: string) => verdict.problems.push(`${at || "/"}: ${problem}`);
  const inner = (part: unknown, value = instance, place = at) =>
    judge(root, part as Schema, value, place);
  const join = (other: Verdict) => {
    verdict.problems.push(...other.problems);
    for (const name of other.seen) verdict.seen.add(name);
  };
  const values = isObject(instance) ? instance : undefined;
  const look = (name: string, part: unknown) => {
    verdict.seen.add(name);
    if (part === false) say(`${name} is unknown`);
    else if (part !== true && values)
      verdict.problems.push(...inner(part, values[name], `${at}/${name}`).problems);
  };
  const properties = (schema["properties"] ?? {}) as Values;
  const patterns = Object.entries((schema["patternProperties"] ?? {}) as Values);
  const unnamed = (name: string) =>
    !(name in properties) && !patterns.some(([pattern]) => new RegExp(pattern, "u").test(name));

  for (const [keyword, value] of Object.entries(schema)) {
    switch (keyword) {
      case "type":
        if (![value].flat().some((type) => isOf(String(type), instance)))
          say(`is no ${[value].flat().join(" or ")}`);
        break;
      case "enum":
        if (!(value as unknown[]).includes(instance)) say(`is none of ${JSON.stringify(value)}`);
        break;
      case "pattern":
        if (typeof instance === "string" && !new RegExp(String(value), "u").test(instance))
          say(`does not match ${String(value)}`);
        break;
      case "minimum":
        if (typeof instance === "number" && instance < Number(value)) say("is too small");
        break;
      case "maximum":
        if (typeof instance === "number" && instance > Number(value)) say("is too large");
        break;
      case "required":
        for (const name of value as string[])
          if (values && !Object.hasOwn(values, name)) say(`${name} is missing`);
        break;
      case "uniqueItems":
        if (Array.isArray(instance) && value === true) {
          if (new Set(instance.map((item) => JSON.stringify(item))).size < instance.length)
            say("holds something twice");
        }
        break;
      case "items":
        if (Array.isArray(instance))
          instance.forEach((item, i) =>
            verdict.problems.push(...inner(value, item, `${at}/${i}`).problems),
          );
        break;
      case "properties":
        for (const name of Object.keys(values ?? {}))
          if (name in properties) look(name, properties[name]);
        break;
      case "patternProperties":
        for (const [pattern, part] of patterns)
          for (const name of Object.keys(values ?? {}))
            if (new RegExp(pattern, "u").test(name)) look(name, part);
        break;
      case "additionalProperties":
        for (const name of Object.keys(values ?? {})) if (unnamed(name)) look(name, value);
        break;
      case "$ref":
        join(inner(resolve(root, String(value))));
        break;
      case "allOf":
        for (const part of value as unknown[]) join(inner(part));
        break;
      case "anyOf":
      case "oneOf": {
        const verdicts = (value as unknown[]).map((part) => inner(part));
        const good = verdicts.filter(({ problems }) => problems.length === 0);
        if (keyword === "oneOf" ? good.length === 1 : good.length > 0) good.forEach(join);
        else
          say(
            `${good.length} of ${keyword}: ${verdicts.flatMap((one) => one.problems).join("; ")}`,
          );
        break;
      }
      case "unevaluatedProperties":
        break;
      default:
        if (!silent.has(keyword)) throw new Error(`the keyword ${keyword} is not known here`);
    }
  }
  // Last: it is about what all the others have not looked at.
  if (schema["unevaluatedProperties"] === false) {
    for (const name of Object.keys(values ?? {}))
      if (!verdict.seen.has(name)) say(`${name} is unknown`);
  }
  return verdict;
}

function isObject(value: unknown): value is Values {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function isOf(type: string, value: unknown): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isObject(value);
  return typeof value === type;
}

function resolve(root: Schema, reference: string): unknown {
  const names = reference.replace(/^#\/?/, "").split("/");
  return names.reduce<unknown>((part, name) => (isObject(part) ? part[name] : undefined), root);
}
