import ipaddr from "ipaddr.js";

export type Scalar = string | number | boolean;

/**
 * What a rule asks of an event. The same tree becomes an Elasticsearch query and a predicate over one event. `fold`:
 * upper and lower case of ASCII letters are the same.
 */
export type Filter =
  | { op: "all"; of: readonly Filter[] }
  | { op: "any"; of: readonly Filter[] }
  | { op: "not"; of: Filter }
  | { op: "exists"; field: string }
  | { op: "is"; field: string; value: Scalar; fold?: true }
  | { op: "in"; field: string; values: ReadonlySet<string>; blocks: readonly string[] }
  | { op: "range"; field: string; bounds: Bounds }
  | { op: "cidr"; field: string; value: string }
  | { op: "wildcard"; field: string; value: string; fold?: true };

/** Limits of a range; a string is a date (ISO 8601). */
export interface Bounds {
  gte?: number | string;
  gt?: number | string;
  lte?: number | string;
  lt?: number | string;
}

/** The values of a field in one event; empty where it is missing. */
export type Values = (field: string) => readonly Scalar[];

/** Both filters at once, flat. */
export function both(...filters: readonly Filter[]): Filter {
  const of = filters.flatMap((filter) => (filter.op === "all" ? filter.of : [filter]));
  const [only] = of;
  return of.length === 1 && only ? only : { op: "all", of };
}

/** The fields that a filter reads, without repeats. */
export function fieldsOf(filter: Filter): string[] {
  switch (filter.op) {
    case "all":
    case "any":
      return [...new Set(filter.of.flatMap(fieldsOf))];
    case "not":
      return fieldsOf(filter.of);
    default:
      return [filter.field];
  }
}

/** True when the event passes. Agrees with `queryOf` on every indexed field. */
export function matches(filter: Filter, values: Values): boolean {
  switch (filter.op) {
    case "all":
      return filter.of.every((part) => matches(part, values));
    case "any":
      return filter.of.some((part) => matches(part, values));
    case "not":
      return !matches(filter.of, values);
    case "exists":
      return values(filter.field).length > 0;
    case "is":
      return values(filter.field).some((value) =>
        filter.fold
          ? lower(String(value)) === lower(String(filter.value))
          : same(value, filter.value),
      );
    case "in":
      return values(filter.field).some(
        (value) =>
          filter.values.has(String(value)) ||
          filter.blocks.some((block) => inCidr(String(value), block)),
      );
    case "range":
      return values(filter.field).some((value) => within(value, filter.bounds));
    case "cidr":
      return values(filter.field).some((value) => inCidr(String(value), filter.value));
    case "wildcard": {
      const folded = filter.fold ? lower : (text: string) => text;
      const pattern = wildcardPattern(folded(filter.value));
      return values(filter.field).some((value) => pattern.test(folded(String(value))));
    }
  }
}

/** True for what a field of one event can hold. */
export const isScalar = (value: unknown): value is Scalar =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";

/** True for text such as `10.0.0.0/8` or `2001:db8::/32`. */
export function isCidr(text: string): boolean {
  return text.includes("/") && ipaddr.isValidCIDR(text);
}

function same(value: Scalar, wanted: Scalar): boolean {
  if (value === wanted) return true;
  const text = String(value);
  if (text === String(wanted)) return true;
  // Elasticsearch stores an address in one form, however it was written.
  return (
    text.includes(":") &&
    ipaddr.isValid(text) &&
    ipaddr.isValid(String(wanted)) &&
    ipaddr.parse(text).toNormalizedString() === ipaddr.parse(String(wanted)).toNormalizedString()
  );
}

function within(value: Scalar, bounds: Bounds): boolean {
  const number = asNumber(value);
  if (Number.isNaN(number)) return false;
  const { gte, gt, lte, lt } = bounds;
  return (
    (gte === undefined || number >= asNumber(gte)) &&
    (gt === undefined || number > asNumber(gt)) &&
    (lte === undefined || number <= asNumber(lte)) &&
    (lt === undefined || number < asNumber(lt))
  );
}

function asNumber(value: Scalar): number {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return Number.NaN;
  const number = Number(value);
  return Number.isNaN(number) ? Date.parse(value) : number;
}

function inCidr(text: string, cidr: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  const [base, bits] = ipaddr.parseCIDR(cidr);
  return address.kind() === base.kind() && address.match([base, bits] as [typeof base, number]);
}

const lower = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

const patterns = new Map<string, RegExp>();

/** `*` is any run of characters, `?` exactly one; all else is literal; case counts. */
function wildcardPattern(text: string): RegExp {
  let pattern = patterns.get(text);
  if (!pattern) {
    const source = text.replace(/[\\^$.*+?()[\]{}|]/g, (char) =>
      char === "*" ? "[^]*" : char === "?" ? "[^]" : `\\${char}`,
    );
    pattern = new RegExp(`^${source}$`, "u");
    patterns.set(text, pattern);
  }
  return pattern;
}
