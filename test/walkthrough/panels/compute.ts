import ipaddr from "ipaddr.js";
import { parseKql, type Kql } from "../../../scripts/dashboards/kql.ts";
import type { LensColumn, LensLayer } from "../../../scripts/dashboards/check/lens-shape.ts";
import { dayMs, numbersOf, type Numbered, type Row } from "./aggregation.ts";

/** A document by dotted field names, each with all of its values. */
export type Flat = ReadonlyMap<string, readonly (string | number | boolean)[]>;

/** `{ source: { ip: "…" } }` as `source.ip`. */
export function flatten(document: object): Flat {
  const flat = new Map<string, (string | number | boolean)[]>();
  const visit = (value: unknown, path: string): void => {
    if (Array.isArray(value)) {
      for (const one of value) visit(one, path);
    } else if (value !== null && typeof value === "object") {
      for (const [key, inner] of Object.entries(value)) visit(inner, path ? `${path}.${key}` : key);
    } else if (value !== undefined && value !== null) {
      const values = flat.get(path) ?? [];
      values.push(value as string | number | boolean);
      flat.set(path, values);
    }
  };
  visit(document, "");
  return flat;
}

/** A row that was computed from documents. */
export interface ComputedRow extends Row {
  /** Of each number that Elasticsearch estimates: all values it is of, in order; the others are exact. */
  samples: readonly (readonly number[] | undefined)[];
}

/** What a panel shows, computed from the documents: a second opinion beside Elasticsearch's. */
export function computeRows(
  layer: LensLayer,
  query: string,
  documents: readonly Flat[],
  isText: (field: string) => boolean,
): ComputedRow[] {
  const matches = (kql: Kql, document: Flat) => holds(kql, document, isText);
  const panel = parseKql(query);
  let groups: Group[] = [
    { keys: [], members: documents.filter((document) => matches(panel, document)) },
  ];
  for (const id of layer.columnOrder) {
    const column = layer.columns[id];
    if (!column?.isBucketed) continue;
    groups = groups.flatMap(({ keys, members }) => {
      const inner = [...split(column, members, matches)].map(([key, some]) => ({
        keys: [...keys, key],
        members: some,
      }));
      return column.operationType === "terms" ? topOf(inner, column, layer, matches) : inner;
    });
  }
  return groups
    .filter(({ members }) => members.length > 0)
    .map(({ keys, members }) => {
      const numbers = numbersOf(layer).map(([, column]) => compute(column, members, matches));
      return {
        keys,
        values: numbers.map((number) => (Array.isArray(number) ? null : number)),
        samples: numbers.map((number) => (Array.isArray(number) ? number : undefined)),
      };
    });
}

/** The documents for which KQL holds. */
export function matching(
  query: string,
  documents: readonly Flat[],
  isText: (field: string) => boolean,
): Flat[] {
  const kql = parseKql(query);
  return documents.filter((document) => holds(kql, document, isText));
}

interface Group {
  keys: readonly (string | number)[];
  members: readonly Flat[];
}

type Matches = (kql: Kql, document: Flat) => boolean;
type Bucketed = Extract<LensColumn, { isBucketed: true }>;

function split(column: Bucketed, members: readonly Flat[], matches: Matches) {
  const groups = new Map<string | number, Flat[]>();
  const put = (key: string | number, member: Flat) => {
    const group = groups.get(key);
    if (group) group.push(member);
    else groups.set(key, [member]);
  };
  if (column.operationType === "filters") {
    for (const { label, input } of column.params.filters) {
      const kql = parseKql(input.query);
      for (const member of members) if (matches(kql, member)) put(label, member);
    }
    return groups;
  }
  for (const member of members) {
    for (const value of new Set(member.get(column.sourceField) ?? [])) {
      if (column.operationType === "terms") put(value as string | number, member);
      else put(Math.floor(Date.parse(String(value)) / dayMs) * dayMs, member);
    }
  }
  return groups;
}

/** The groups with the largest numbers (or smallest), as many as the column has room for. */
function topOf(
  groups: readonly Group[],
  column: Extract<Bucketed, { operationType: "terms" }>,
  layer: LensLayer,
  matches: Matches,
): Group[] {
  const { size, orderBy, orderDirection } = column.params;
  if (groups.length <= size) return [...groups];
  const by = layer.columns[orderBy.columnId];
  if (!by || by.isBucketed) throw new Error(`ordered by ${orderBy.columnId}, which is no number`);
  const sign = orderDirection === "desc" ? -1 : 1;
  const ranked = groups.map((group) => {
    const number = compute(by, group.members, matches);
    if (Array.isArray(number))
      throw new Error("cut by an estimate: which groups are shown is chance");
    return { group, number: number ?? -Infinity };
  });
  // Equal numbers stand in the order of their keys, as in Elasticsearch.
  ranked.sort((a, b) => sign * (a.number - b.number) || compareKeys(a.group, b.group));
  return ranked.slice(0, size).map(({ group }) => group);
}

function compareKeys(a: Group, b: Group): number {
  const [left, right] = [a, b].map(({ keys }) => sortable(keys.at(-1) ?? "")) as [string, string];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Addresses are sorted by their sixteen bytes. */
function sortable(key: string | number): string {
  if (typeof key === "number") return String(key).padStart(20, "0");
  if (!ipaddr.isValid(key)) return key;
  const address = ipaddr.parse(key);
  const six = address instanceof ipaddr.IPv4 ? address.toIPv4MappedAddress() : address;
  return Buffer.from(six.toByteArray()).toString("hex");
}

/** The number; of an estimated one all values, in order. */
function compute(
  column: Numbered,
  members: readonly Flat[],
  matches: Matches,
): number | null | number[] {
  const { filter } = column;
  const kql = filter ? parseKql(filter.query) : undefined;
  const chosen = kql ? members.filter((member) => matches(kql, member)) : members;
  if (column.operationType === "count") return chosen.length;
  const values = chosen.flatMap((member) => member.get(column.sourceField) ?? []);
  switch (column.operationType) {
    case "sum":
      return values.reduce<number>((sum, value) => sum + Number(value), 0);
    case "unique_count":
      return new Set(values).size;
    case "max": {
      const times = values.map((value) =>
        typeof value === "number" ? value : Date.parse(String(value)),
      );
      return times.length > 0 ? times.reduce((a, b) => Math.max(a, b)) : null;
    }
    case "median":
    case "percentile":
      return values.map(Number).sort((a, b) => a - b);
  }
}

function holds(kql: Kql, document: Flat, isText: (field: string) => boolean): boolean {
  const values = "field" in kql ? (document.get(kql.field) ?? []) : [];
  switch (kql.kind) {
    case "all":
      return true;
    case "and":
      return kql.parts.every((part) => holds(part, document, isText));
    case "or":
      return kql.parts.some((part) => holds(part, document, isText));
    case "not":
      return !holds(kql.part, document, isText);
    case "exists":
      return values.length > 0;
    case "wildcard": {
      const pattern = new RegExp(
        `^${kql.pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`,
        "s",
      );
      return values.some((value) => pattern.test(String(value)));
    }
    case "range":
      return values.some((value) => {
        const [left, right] = [Number(value), Number(kql.value)];
        switch (kql.operator) {
          case "<":
            return left < right;
          case "<=":
            return left <= right;
          case ">":
            return left > right;
          case ">=":
            return left >= right;
        }
      });
    case "is":
      if (!isText(kql.field)) return values.some((value) => String(value) === kql.value);
      return values.some((value) => ` ${words(String(value))} `.includes(` ${words(kql.value)} `));
  }
}

/** Text as the standard analyser cuts it, near enough for the words of our queries. */
function words(text: string): string {
  return (text.toLowerCase().match(/[\p{L}\p{N}_.]+/gu) ?? []).join(" ");
}
