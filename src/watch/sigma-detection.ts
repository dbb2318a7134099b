/** A part of a Sigma rule that cannot be said exactly in ours. */
export class Refusal extends Error {}

/** A field map of ours. */
export type FieldMap = Record<string, unknown>;

type FieldName = (name: string) => string;

/** The field map of a detection. @throws Refusal with the reason. */
export function detectionMap(
  detection: Readonly<Record<string, unknown>>,
  field: FieldName,
): FieldMap {
  const { condition, ...searches } = detection;
  if ("timeframe" in detection)
    throw new Refusal("timeframe is of an old Sigma; use a correlation");
  if (typeof condition !== "string")
    throw new Refusal("several conditions: split it into several rules");
  if (condition.includes("|"))
    throw new Refusal("an aggregation in a condition is of an old Sigma; use a correlation");
  const tokens = condition.match(/\(|\)|[^\s()]+/g) ?? [];
  let at = 0;
  const next = () => tokens[at]?.toLowerCase();
  const search = (name: string): FieldMap => {
    if (!Object.hasOwn(searches, name))
      throw new Refusal(`the condition names "${name}", which is nowhere`);
    return searchMap(searches[name], field);
  };
  const named = (pattern: string) => {
    const names = Object.keys(searches).filter((name) =>
      pattern === "them"
        ? !name.startsWith("_")
        : new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(name),
    );
    if (names.length === 0) throw new Refusal(`nothing is named ${pattern}`);
    return names.map(search);
  };
  const primary = (): FieldMap => {
    const token = tokens[at++];
    if (token === undefined) throw new Refusal("the condition ends too early");
    if (token === "(") {
      const inner = either();
      if (tokens[at++] !== ")") throw new Refusal("a bracket in the condition is not closed");
      return inner;
    }
    if (token.toLowerCase() === "not") return { not: primary() };
    if (/^(1|all|any)$/i.test(token) && next() === "of") {
      const pattern = tokens[at + 1] ?? "";
      at += 2;
      return token.toLowerCase() === "all" ? { all: named(pattern) } : { any: named(pattern) };
    }
    if (/^\d+$/.test(token) && next() === "of")
      throw new Refusal(`${token} of … is not 1 of or all of`);
    return search(token);
  };
  const every = (): FieldMap => {
    const parts = [primary()];
    while (next() === "and") {
      at++;
      parts.push(primary());
    }
    return only(parts) ?? { all: parts };
  };
  const either = (): FieldMap => {
    const parts = [every()];
    while (next() === "or") {
      at++;
      parts.push(every());
    }
    return only(parts) ?? { any: parts };
  };
  const map = either();
  if (at < tokens.length)
    throw new Refusal(`"${tokens[at] ?? ""}" in the condition is not understood`);
  return map;
}

const only = <T>(parts: readonly T[]) => (parts.length === 1 ? parts[0] : undefined);

function searchMap(search: unknown, field: FieldName): FieldMap {
  if (Array.isArray(search)) {
    return { any: search.map((one: unknown) => searchMap(one, field)) };
  }
  if (search === null || typeof search !== "object") {
    throw new Refusal("keywords without a field search whole lines, which we do not");
  }
  const parts = Object.entries(search).map(([key, value]) => itemMap(key, value, field));
  return only(parts) ?? { all: parts };
}

function itemMap(key: string, given: unknown, fieldOf: FieldName): FieldMap {
  const [name = "", ...modifiers] = key.split("|");
  const field = fieldOf(name);
  const has = (modifier: string) => modifiers.includes(modifier);
  const known = [
    "contains",
    "startswith",
    "endswith",
    "all",
    "cased",
    "cidr",
    "exists",
    "gt",
    "gte",
    "lt",
    "lte",
  ];
  const unknown = modifiers.find((modifier) => !known.includes(modifier));
  if (unknown !== undefined)
    throw new Refusal(`${name}: the modifier ${unknown} cannot be said exactly`);
  if (has("exists")) {
    if (typeof given !== "boolean") throw new Refusal(`${name}: exists takes true or false`);
    return given ? { [field]: "*" } : { not: { [field]: "*" } };
  }
  const values = (Array.isArray(given) ? given : [given]) as unknown[];
  const maps = values.map((value): FieldMap => {
    if (value === null) return { not: { [field]: "*" } };
    if (has("cidr")) return { [field]: { cidr: value } };
    for (const bound of ["gt", "gte", "lt", "lte"]) {
      if (has(bound)) return { [field]: { [bound]: value } };
    }
    if (typeof value === "number" || typeof value === "boolean") return { [field]: value };
    if (typeof value !== "string") throw new Refusal(`${name}: a value is neither text nor number`);
    return { [field]: textMap(value, has, name) };
  });
  return only(maps) ?? (has("all") ? { all: maps } : { any: maps });
}

/** Sigma's texts: * and ? are wildcards, a backslash before them takes that away, case does not count. */
function textMap(value: string, has: (modifier: string) => boolean, name: string): FieldMap {
  const folding = has("cased") ? {} : { ignore_case: true };

  if (!has("cased") && /[^\x00-\x7f]/.test(value)) {
    throw new Refusal(`${name}: case is only ignored for ASCII letters`);
  }
  const text = value.replace(/\\([\\*?])/g, (_, escaped: string) => {
    if (escaped !== "\\") throw new Refusal(`${name}: a literal * or ? cannot be said in ours`);
    return escaped;
  });
  const before = has("contains") || has("endswith") ? "*" : "";
  const after = has("contains") || has("startswith") ? "*" : "";
  const pattern = `${before}${text}${after}`;
  return /[*?]/.test(pattern) ? { wildcard: pattern, ...folding } : { is: text, ...folding };
}
