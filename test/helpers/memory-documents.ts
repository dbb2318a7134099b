import type { Documents, Query, Stored } from "../../src/es/documents.ts";

/** The same contract as `createDocuments`, in memory: for property tests of what is built upon it. */
export function createMemoryDocuments<T extends object>(): Documents<T> {
  const all = new Map<string, Stored<T>>();
  let seqNo = 0;
  const put = (id: string, doc: T): Stored<T> => {
    const stored = { id, doc: copy(doc), version: { seqNo: seqNo++, primaryTerm: 1 } };
    all.set(id, stored);
    return stored;
  };
  const isCurrent = (seen: Stored<T>) => all.get(seen.id)?.version.seqNo === seen.version.seqNo;
  const read = (stored: Stored<T> | undefined) => stored && { ...stored, doc: copy(stored.doc) };
  return {
    get: async (id, signal) => {
      signal.throwIfAborted();
      return read(all.get(id));
    },
    create: async (id, doc, signal) => {
      signal.throwIfAborted();
      return all.has(id) ? undefined : read(put(id, doc));
    },
    replace: async (seen, doc, signal) => {
      signal.throwIfAborted();
      return isCurrent(seen) ? read(put(seen.id, doc)) : undefined;
    },
    change: async (id, edit, signal) => {
      signal.throwIfAborted();
      const seen = read(all.get(id));
      const doc = seen && edit(seen.doc);
      return doc === undefined ? seen : read(put(id, doc));
    },
    remove: async (seen, signal) => {
      signal.throwIfAborted();
      return isCurrent(seen) && all.delete(seen.id);
    },
    list: async (query, signal) => {
      signal.throwIfAborted();
      const found = [...all.values()].filter(({ doc }) => matches(doc, query));
      const { sort } = query;
      found.sort((a, b) => {
        if (!sort) return compare(a.id, b.id);
        const sign = sort.order === "asc" ? 1 : -1;
        return (
          sign * compare(valuesAt(a.doc, sort.field)[0], valuesAt(b.doc, sort.field)[0]) ||
          a.version.seqNo - b.version.seqNo
        );
      });
      return found.slice(0, query.limit).map((stored) => ({ ...stored, doc: copy(stored.doc) }));
    },
  };
}

function matches(doc: object, { where = {}, range = {} }: Query): boolean {
  return (
    Object.entries(where).every(([field, wanted]) =>
      valuesAt(doc, field).some((value) => wanted.some((one) => textOf(one) === textOf(value))),
    ) &&
    Object.entries(range).every(([field, { gte, gt, lt, lte }]) =>
      valuesAt(doc, field).some(
        (value) =>
          (gte === undefined || compare(value, gte) >= 0) &&
          (gt === undefined || compare(value, gt) > 0) &&
          (lt === undefined || compare(value, lt) < 0) &&
          (lte === undefined || compare(value, lte) <= 0),
      ),
    )
  );
}

/** What a field holds, nested or with dots in its name: every element where it is an array. */
function valuesAt(value: unknown, path: string): unknown[] {
  if (Array.isArray(value)) return value.flatMap((one) => valuesAt(one, path));
  if (path === "") return value === undefined || value === null ? [] : [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === path) return valuesAt(inner, "");
    return path.startsWith(`${key}.`) ? valuesAt(inner, path.slice(key.length + 1)) : [];
  });
}

/** Missing values come last, as the server sorts them. */
function compare(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [textOf(a), textOf(b)];
  if (left === right) return 0;
  if (left === undefined || right === undefined) return left === undefined ? 1 : -1;
  return left < right ? -1 : 1;
}

function textOf(value: unknown): string | undefined {
  return value === undefined
    ? undefined
    : typeof value === "string"
      ? value
      : JSON.stringify(value);
}

function copy<T>(doc: T): T {
  return JSON.parse(JSON.stringify(doc)) as T;
}
