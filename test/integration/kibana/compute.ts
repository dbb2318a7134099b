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

/** What a panel shows, computed from the documents: a second opinion beside Elasticsearch's. */
export function computeRows(
  layer: LensLayer,
  query: string,
  documents: readonly Flat[],
  isText: (field: string) => boolean,
): Row[] {
  const matches = (kql: Kql, document: Flat) => holds(kql, document, isText);
  const panel = parseKql(query);
  let groups: { keys: (string | number)[]; members: readonly Flat[] }[] = [
    { keys: [], members: documents.filter((document) => matches(panel, document)) },
  ];
  for (const id of layer.columnOrder) {
    const column = layer.columns[id];
    if (!column?.isBucketed) continue;
    groups = groups.flatMap(({ keys, members }) =>
      [...split(column, members, matches)].map(([key, inner]) => ({
        keys: [...keys, key],
        members: inner,
      })),
    );
  }
  return groups
    .filter(({ members }) => members.length > 0)
    .map(({ keys, members }) => ({
      keys,
      values: numbersOf(layer).map(([, column]) => compute(column, members, matches)),
    }));
}

type Matches = (kql: Kql, document: Flat) => boolean;

function split(
  column: Extract<LensColumn, { isBucketed: true }>,
  members: readonly Flat[],
  matches: Matches,
): Map<string | number, Flat[]> {
  const groups = new Map<string | number, Flat[]>();
  const put = (key: string | number, member: Flat) => {
    groups.set(key, [...(groups.get(key) ?? []), member]);
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

function compute(column: Numbered, members: readonly Flat[], matches: Matches): number | null {
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
      return quantile(values.map(Number), 0.5);
    case "percentile":
      return quantile(values.map(Number), column.params.percentile / 100);
  }
}

function quantile(values: number[], share: number): number | null {
  const sorted = values.sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
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
