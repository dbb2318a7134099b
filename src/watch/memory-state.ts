import type { AlertDocument } from "../model/alert-document.ts";
import { isOpen, type Head } from "./head.ts";
import type { Cursor, TransitionRow, Version, Versioned, WatchState } from "./state.ts";

/** A watcher's state in memory, for `rules test`, back-tests and property tests. */
export function memoryState(): WatchState & {
  readonly documents: ReadonlyMap<string, AlertDocument>;
  readonly transitions: readonly TransitionRow[];
} {
  const cursors = table<Cursor>();
  const heads = table<Head>();
  const alerts = table<AlertDocument>();
  const transitions = new Map<string, TransitionRow>();
  return {
    async cursors() {
      return cursors.all();
    },
    async saveCursor(cursor, version) {
      return cursors.save(cursor.rule, cursor, version);
    },
    async heads(ids) {
      return heads.some(ids);
    },
    async saveHead(id, head, version) {
      return heads.save(id, head, version);
    },
    async openHeads(rules) {
      return [...heads.all().values()].filter(
        ({ value: head }) => (rules?.includes(head.rule) ?? true) && isOpen(head),
      );
    },
    async headsBetween(rule, from, to) {
      return heads
        .values()
        .filter(
          (head) => head.rule === rule && head.episodes.some((e) => e.last >= from && e.first < to),
        );
    },
    async alerts(ids) {
      return alerts.some(ids);
    },
    async saveAlert(document, version) {
      return alerts.save(document.leafwatch.alert.id, document, version);
    },
    async appendTransitions(rows) {
      for (const row of rows) {
        if (!transitions.has(row.id)) transitions.set(row.id, row);
      }
    },
    get documents() {
      return new Map([...alerts.all()].map(([id, { value }]) => [id, value]));
    },
    get transitions() {
      return [...transitions.values()];
    },
  };
}

/** Documents that change only when unchanged since they were read. Values are copied: what is stored is JSON. */
function table<T>() {
  const rows = new Map<string, { json: string; seqNo: number }>();
  const read = (row: { json: string; seqNo: number }): Versioned<T> => ({
    value: JSON.parse(row.json) as T,
    version: { seqNo: row.seqNo, primaryTerm: 1 },
  });
  let counter = 0;
  return {
    all: () => new Map([...rows].map(([id, row]) => [id, read(row)])),
    values: () => [...rows.values()].map((row) => read(row).value),
    some: (ids: readonly string[]) =>
      new Map(
        ids.flatMap((id) => {
          const row = rows.get(id);
          return row ? [[id, read(row)] as const] : [];
        }),
      ),
    save(id: string, value: T, version: Version): Version | false {
      if (rows.get(id)?.seqNo !== version?.seqNo) return false;
      const seqNo = ++counter;
      rows.set(id, { json: JSON.stringify(value), seqNo });
      return { seqNo, primaryTerm: 1 };
    },
  };
}
