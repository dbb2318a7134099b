import type { z } from "zod";

const kinds: Readonly<Record<string, string>> = {
  string: 'a text ("…")',
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list ([…])",
  object: "keys and values ({ key: value })",
  record: "keys and values ({ key: value })",
};

/**
 * What to write instead, for mistakes for which the schema has no words of its own; undefined leaves zod's. The value
 * that stands there is not shown: it may be a secret.
 */
export function plainWords(issue: z.core.$ZodRawIssue | z.core.$ZodIssue): string | undefined {
  if (issue.code === "invalid_type") {
    const kind = kinds[issue.expected];
    return kind === undefined ? undefined : `write ${kind}`;
  }
  if (issue.code === "invalid_value") {
    const values = issue.values.map(String);
    return `write ${values.length > 1 ? `one of ${values.join(", ")}` : values.join("")}`;
  }
  if (issue.code === "too_big")
    return `write ${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}${unitOf(issue.origin)}`;
  if (issue.code === "too_small") {
    if (issue.minimum === 1 && issue.origin === "string") return "must not be empty";
    if (issue.minimum === 1 && issue.origin === "array") return "write at least one entry";
    return `write ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}${unitOf(issue.origin)}`;
  }
  return undefined;
}

/** What kind of value stands there, after "not". */
export function kindOf(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "keys and values";
  return { string: "a text", boolean: "true or false" }[typeof value as string] ?? "a number";
}

/** `hosts.0 (web1).port`: a path as words, with the names of those entries of lists that have one. */
export function placeOf(root: unknown, path: readonly PropertyKey[]): string {
  let here = root;
  return path
    .map((key) => {
      here = (here as Record<PropertyKey, unknown> | null | undefined)?.[key];
      const name = typeof key === "number" ? (here as { name?: unknown } | null)?.name : undefined;
      return typeof name === "string" && name !== "" ? `${String(key)} (${name})` : String(key);
    })
    .join(".");
}

function unitOf(origin: string): string {
  return { string: " characters", array: " entries" }[origin] ?? "";
}
