import { isIP } from "node:net";
import { z } from "zod";
import { misfit } from "./field-types.ts";
import { both, isCidr, isScalar, type Bounds, type Filter, type Scalar } from "./filter.ts";

/** What collects the mistakes of one rule, and what it knows of fields. */
export interface Checker {
  problem(path: readonly PropertyKey[], message: string): void;
  /** Says so when the field is unknown. */
  field(name: string, path: readonly PropertyKey[]): void;
  /** Its mapping type, where that is known. */
  typeOf(name: string): string | undefined;
}

/** Structure is checked by `parseFilter`, which can say more than a schema. */
export const fieldMap = z
  .record(z.string(), z.unknown())
  .describe(
    'field map: list = or, map = and, not: = not, "*" = exists, gte/gt/lte/lt/cidr/wildcard',
  );

const operators = [
  "gte",
  "gt",
  "lte",
  "lt",
  "cidr",
  "wildcard",
  "is",
  "ignore_case",
  "not",
] as const;

/** The filter of a field map. Mistakes go to `check`; the part that holds one is left out. */
export function parseFilter(
  map: Readonly<Record<string, unknown>>,
  path: readonly PropertyKey[],
  check: Checker,
): Filter {
  const parts = Object.entries(map).flatMap(([field, value]): Filter[] => {
    const here = [...path, field];
    if (field === "not" || field === "any" || field === "all") {
      const maps = Array.isArray(value) ? (value as unknown[]) : [value];
      const of = maps.flatMap((inner, i): Filter[] => {
        const at = Array.isArray(value) ? [...here, i] : here;
        if (isMap(inner)) return [parseFilter(inner, at, check)];
        check.problem(at, `${field}: takes a field map, or a list of them`);
        return [];
      });
      if (field === "not") return of.map((inner): Filter => ({ op: "not", of: inner }));
      return [{ op: field, of }];
    }
    check.field(field, here);
    return parseValue(field, value, here, check);
  });
  return both(...parts);
}

function parseValue(
  field: string,
  value: unknown,
  path: readonly PropertyKey[],
  check: Checker,
): Filter[] {
  if (value === "*") return [{ op: "exists", field }];
  if (isScalar(value)) {
    // A text that looks like a block is one only where addresses are.
    const block = isCidrText(value) && misfit("cidr", field, check.typeOf(field)) === undefined;
    return [{ op: block ? "cidr" : "is", field, value } as Filter];
  }
  if (Array.isArray(value)) {
    if (value.length === 0) {
      check.problem(path, "an empty list matches nothing");
      return [];
    }
    const of = value.flatMap((one: unknown, i) => parseValue(field, one, [...path, i], check));
    return [{ op: "any", of }];
  }
  if (isMap(value)) return [both(...parseOperators(field, value, path, check))];
  check.problem(
    path,
    'takes a value, a list, "*" or a map of gte, gt, lte, lt, cidr, wildcard, not',
  );
  return [];
}

function parseOperators(
  field: string,
  map: Readonly<Record<string, unknown>>,
  path: readonly PropertyKey[],
  check: Checker,
): Filter[] {
  const bounds: Bounds = {};
  const parts: Filter[] = [];
  const type = check.typeOf(field);
  const fit = (asked: Parameters<typeof misfit>[0], at: readonly PropertyKey[]) => {
    const reason = misfit(asked, field, type);
    if (reason !== undefined) check.problem(at, reason);
  };
  const folding = map["ignore_case"] === true ? { fold: true as const } : {};
  for (const [operator, value] of Object.entries(map)) {
    const here = [...path, operator];
    switch (operator) {
      case "gte":
      case "gt":
      case "lte":
      case "lt":
        if (typeof value === "number" || (typeof value === "string" && isDate(value))) {
          bounds[operator] = value;
          fit("range", here);
        } else check.problem(here, "takes a number or an ISO 8601 date");
        break;
      case "cidr":
        fit("cidr", here);
        parts.push(
          ...list(
            value,
            here,
            check,
            isCidrText,
            "an address block such as 10.0.0.0/8",
            (block) => ({ op: "cidr", field, value: block }),
          ),
        );
        break;
      case "wildcard":
        fit("pattern", here);
        parts.push(
          ...list(
            value,
            here,
            check,
            (text) => text !== "",
            "text with * and ?",
            (text) => ({ op: "wildcard", field, value: text, ...folding }),
          ),
        );
        break;
      case "is":
        parts.push(
          ...list(
            value,
            here,
            check,
            () => true,
            "a text, or a list of them",
            (text) => ({
              op: "is",
              field,
              value: text,
              ...folding,
            }),
          ),
        );
        break;
      case "ignore_case":
        if (typeof value !== "boolean" || (map["is"] ?? map["wildcard"]) === undefined) {
          check.problem(here, "takes true, beside is or wildcard");
        } else if (value && map["is"] !== undefined) fit("pattern", here);
        break;
      case "not":
        parts.push(
          ...parseValue(field, value, here, check).map((of): Filter => ({ op: "not", of })),
        );
        break;
      default:
        check.problem(here, `unknown operator "${operator}"; known here: ${operators.join(", ")}`);
    }
  }
  if (Object.keys(bounds).length > 0) parts.push({ op: "range", field, bounds });
  if (parts.length === 0 && Object.keys(map).length === 0)
    check.problem(path, "an empty map matches everything: leave it out");
  return parts;
}

/** One text or several: or. */
function list(
  value: unknown,
  path: readonly PropertyKey[],
  check: Checker,
  valid: (text: string) => boolean,
  wanted: string,
  make: (text: string) => Filter,
): Filter[] {
  const texts = Array.isArray(value) ? (value as unknown[]) : [value];
  const good = texts.filter((text) => typeof text === "string").filter(valid);
  if (good.length !== texts.length || good.length === 0) {
    check.problem(path, `takes ${wanted}`);
    return [];
  }
  const [first] = good;
  return good.length === 1 && first !== undefined
    ? [make(first)]
    : [{ op: "any", of: good.map(make) }];
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);
const isDate = (text: string) => /^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(Date.parse(text));
/** A block is recognised without `cidr:` too, as it is no value that an address can have. */
const isCidrText = (value: Scalar): value is string =>
  typeof value === "string" && isCidr(value) && isIP(value.split("/")[0] ?? "") > 0;
