import { groupKey } from "./events.ts";
import type { EventStore, Group, Measure, Occurrence, Selection, Tally } from "./events.ts";
import { isScalar, matches, type Scalar } from "./filter.ts";

/** An event with its fields by dotted name. */
interface StoredEvent {
  id: string;
  at: number;
  ingested: number | undefined;
  fields: ReadonlyMap<string, readonly Scalar[]>;
}

/** An event store in memory. */
export function memoryEvents(): EventStore & {
  /** Makes a document (nested or with dotted names) visible to every later look. */
  add(document: Readonly<Record<string, unknown>>): void;
} {
  const stored: StoredEvent[] = [];
  const read = (event: StoredEvent) => (field: string) => event.fields.get(field) ?? [];

  function* selected(select: Selection, from: number, to: number): Generator<StoredEvent> {
    for (const event of stored) {
      if (event.at < from || event.at >= to) continue;
      const dataset = read(event)("event.dataset")[0];
      if (select.datasets.length > 0 && !select.datasets.includes(String(dataset))) continue;
      if (event.ingested !== undefined && event.ingested - event.at > select.lateMs) continue;
      if (matches(select.filter, read(event))) yield event;
    }
  }

  return {
    add(document) {
      const fields = flatten(document);
      const [stamp] = fields.get("@timestamp") ?? [];
      const [ingested] = fields.get("event.ingested") ?? [];
      stored.push({
        id: String(stored.length),
        at: Date.parse(String(stamp)),
        ingested: ingested === undefined ? undefined : Date.parse(String(ingested)),
        fields,
      });
    },

    async tally({ select, by, range, measure, atLeast, slotMs, ingestedFrom, ingestedTo, groups }) {
      const wanted = groups && new Set(groups.map(groupKey));
      const tallies = new Map<string, Tally>();
      for (const event of selected(select, range.from, range.to)) {
        if (ingestedFrom !== undefined && (event.ingested ?? -Infinity) < ingestedFrom) continue;
        if (ingestedTo !== undefined && (event.ingested ?? Infinity) >= ingestedTo) continue;
        for (const group of groupsOf(event, by)) {
          if (wanted && !wanted.has(groupKey(group))) continue;
          const slot = slotMs === undefined ? 0 : Math.floor(event.at / slotMs) * slotMs;
          const key = `${slot} ${groupKey(group)}`;
          const tally = tallies.get(key) ?? {
            group,
            slot,
            documents: 0,
            measure: 0,
            first: event.at,
            last: event.at,
          };
          tally.documents++;
          tally.measure += measured(event, measure);
          tally.first = Math.min(tally.first, event.at);
          tally.last = Math.max(tally.last, event.at);
          tallies.set(key, tally);
        }
      }
      return [...tallies.values()].filter((tally) => tally.measure >= (atLeast ?? -Infinity));
    },

    async events({ select, by, groups, range, field }) {
      const found = new Map<string, Occurrence[]>(groups.map((group) => [groupKey(group), []]));
      for (const event of selected(select, range.from, range.to)) {
        const values = field === undefined ? [] : read(event)(field);
        for (const group of groupsOf(event, by)) {
          found.get(groupKey(group))?.push({ at: event.at, weight: weightOf(event), values });
        }
      }
      for (const list of found.values()) list.sort((a, b) => a.at - b.at);
      return found;
    },

    async evidence({ select, by, group, range, top, distinct }) {
      const key = groupKey(group);
      const events = [...selected(select, range.from, range.to)]
        .filter((event) => groupsOf(event, by).some((own) => groupKey(own) === key))
        .sort((a, b) => a.at - b.at);
      const counts = (field: string) => {
        const values = new Map<string, number>();
        for (const value of events.flatMap((event) => read(event)(field).map(String))) {
          values.set(value, (values.get(value) ?? 0) + 1);
        }
        return [...values]
          .map(([value, count]) => ({ value, count }))
          .sort((a, b) => b.count - a.count);
      };
      return {
        top: Object.fromEntries(
          top
            .map((field) => [field, counts(field).slice(0, 5)] as const)
            .filter(([, list]) => list.length > 0),
        ),
        distinct: Object.fromEntries(distinct.map((field) => [field, counts(field).length])),
        lines: events.slice(0, 5).map((event) => ({
          id: event.id,
          index: "memory",
          timestamp: new Date(event.at).toISOString(),
          host: String(read(event)("host.name")[0] ?? ""),
          original: String(read(event)("event.original")[0] ?? read(event)("message")[0] ?? ""),
        })),
      };
    },

    async unmapped() {
      return [];
    },

    async hiddenMs() {
      return 0;
    },
  };
}

/** Every group an event belongs to: one for each combination of the values of its `group_by` fields. */
function groupsOf(event: StoredEvent, by: readonly string[]): Group[] {
  return by.reduce<Group[]>(
    (groups, field) =>
      groups.flatMap((group) =>
        [...new Set(event.fields.get(field) ?? [])].map((value) => [...group, value]),
      ),
    [[]],
  );
}

/** Login attempts of an authentication event (1 where it does not say), else 1. */
function weightOf(event: StoredEvent): number {
  if (!(event.fields.get("event.category") ?? []).includes("authentication")) return 1;
  const [attempts] = event.fields.get("leafwatch.attempts") ?? [];
  return attempts === undefined ? 1 : Number(attempts);
}

function measured(event: StoredEvent, measure: Measure): number {
  if (measure === "documents") return 1;
  if (measure === "attempts") return weightOf(event);
  if ("values" in measure) return event.fields.get(measure.values)?.length ?? 0;
  const values = event.fields.get(measure.sum) ?? [];
  return values.reduce<number>((sum, value) => sum + Math.max(0, Number(value) || 0), 0);
}

function flatten(document: Readonly<Record<string, unknown>>): Map<string, Scalar[]> {
  const fields = new Map<string, Scalar[]>();
  const visit = (value: unknown, path: string) => {
    if (Array.isArray(value)) for (const one of value) visit(one, path);
    else if (isScalar(value)) fields.set(path, [...(fields.get(path) ?? []), value]);
    else if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        visit(inner, path === "" ? key : `${path}.${key}`);
      }
    }
  };
  visit(document, "");
  return fields;
}
