import type { Client } from "@elastic/elasticsearch";
import { createDocuments, type Documents } from "../es/documents.ts";
import { AppError } from "../lib/errors.ts";
import type { AlertDocument } from "../model/alert-document.ts";
import { ask, searchAll } from "./elastic-search.ts";
import { isOpen, type Head } from "./head.ts";
import type { Cursor, TransitionRow, Version, Versioned, WatchState } from "./state.ts";

/** A head with what it is searched by; the rest is only stored. */
interface HeadDocument {
  rule: string;
  /** An incident is not over, or something may not be written. */
  open: boolean;
  first_seen: string;
  last_seen: string;
  /** The head as JSON: a group's values may be of any type, which no mapping allows. */
  head: string;
}

interface CursorDocument {
  rule: string;
  judged_until: string;
  watermark: string;
  passed_at: string;
  failed: boolean;
  cursor: string;
}

const readsAtOnce = 16;

/** A watcher's state in the plain indices `leafwatch-{cursors,heads,alerts}-<namespace>` and the alert stream. */
export function elasticState(client: Client, namespace: string): WatchState {
  const cursors = createDocuments<CursorDocument>(client, `leafwatch-cursors-${namespace}`);
  const heads = createDocuments<HeadDocument>(client, `leafwatch-heads-${namespace}`);
  const alerts = createDocuments<AlertDocument>(client, `leafwatch-alerts-${namespace}`);
  return {
    async cursors(signal) {
      const all = await cursors.list({}, signal);
      return new Map(
        all.map(({ doc, version }) => [
          doc.rule,
          { value: JSON.parse(doc.cursor) as Cursor, version },
        ]),
      );
    },
    saveCursor: (cursor, version, signal) =>
      save(cursors, cursor.rule, cursorDocument(cursor), version, signal),
    heads: (ids, signal) => getAll(heads, ids, headOf, signal),
    saveHead: (id, head, version, signal) => save(heads, id, headDocument(head), version, signal),
    async openHeads(rules, signal) {
      const where = { open: [true], ...(rules ? { rule: rules } : {}) };
      const open = await heads.list({ where }, signal);
      return open.map(({ doc, version }) => ({ value: headOf(doc), version }));
    },
    async headsBetween(rule, from, to, signal) {
      const range = {
        last_seen: { gte: new Date(from).toISOString() },
        first_seen: { lt: new Date(to).toISOString() },
      };
      const found = await heads.list({ where: { rule: [rule] }, range }, signal);
      return found.map(({ doc }) => headOf(doc));
    },
    alerts: (ids, signal) => getAll(alerts, ids, (doc) => doc, signal),
    saveAlert: (document, version, signal) =>
      save(alerts, document.leafwatch.alert.id, document, version, signal),
    appendTransitions: (rows, signal) => appendTransitions(client, namespace, rows, signal),
  };
}

async function save<T extends object>(
  documents: Documents<T>,
  id: string,
  doc: T,
  version: Version,
  signal: AbortSignal,
): Promise<Version | false> {
  const written = version
    ? await documents.replace({ id, doc, version }, doc, signal)
    : await documents.create(id, doc, signal);
  return written ? written.version : false;
}

async function getAll<T extends object, V>(
  documents: Documents<T>,
  ids: readonly string[],
  read: (doc: T) => V,
  signal: AbortSignal,
): Promise<Map<string, Versioned<V>>> {
  const found = new Map<string, Versioned<V>>();
  for (let from = 0; from < ids.length; from += readsAtOnce) {
    const some = ids.slice(from, from + readsAtOnce);
    const stored = await Promise.all(some.map((id) => documents.get(id, signal)));
    for (const one of stored) {
      if (one) found.set(one.id, { value: read(one.doc), version: one.version });
    }
  }
  return found;
}

const headOf = (doc: HeadDocument) => JSON.parse(doc.head) as Head;

function headDocument(head: Head): HeadDocument {
  const times = head.episodes.flatMap(({ first, last }) => [first, last]);
  return {
    rule: head.rule,
    open: isOpen(head),
    first_seen: new Date(Math.min(...times, Date.UTC(9999, 0))).toISOString(),
    last_seen: new Date(Math.max(...times, 0)).toISOString(),
    head: JSON.stringify(head),
  };
}

const cursorDocument = (cursor: Cursor): CursorDocument => ({
  rule: cursor.rule,
  judged_until: new Date(cursor.judgedUntil).toISOString(),
  watermark: new Date(cursor.watermark).toISOString(),
  passed_at: new Date(cursor.passedAt).toISOString(),
  failed: cursor.error !== undefined,
  cursor: JSON.stringify(cursor),
});

/**
 * Appends what is not there yet. Ids are unique in one backing index only: after a rollover an older one may hold a
 * row, so all of them are asked first.
 */
export async function appendTransitions(
  client: Client,
  namespace: string,
  rows: readonly TransitionRow[],
  signal: AbortSignal,
): Promise<void> {
  if (rows.length === 0) return;
  const stream = `logs-leafwatch.alert-${namespace}`;
  const older = await searchAll(
    client,
    {
      index: [stream],
      query: { ids: { values: rows.map(({ id }) => id) } },
      _source: false,
      size: rows.length,
    },
    signal,
  );
  const there = new Set(older.hits.hits.map(({ _id }) => _id));
  const missing = rows.filter(({ id }) => !there.has(id));
  if (missing.length === 0) return;
  await ask(async () => {
    const answer = await client.bulk(
      {
        index: stream,
        operations: missing.flatMap(({ id, document }) => [{ create: { _id: id } }, document]),
      },
      { signal },
    );
    for (const { create } of answer.items) {
      // 409: another watcher appended it, or this one did before it was asked again.
      if (!create || create.status < 300 || create.status === 409) continue;
      throw new AppError(
        "ALERT_STREAM_REFUSED",
        `${stream} refused a transition: ${create.error?.reason ?? `status ${create.status}`}`,
        {
          retryable: create.status === 429 || create.status >= 500,
          hint: "run `leafwatch setup`, then look at the stream's mapping",
          cause: { statusCode: create.status },
        },
      );
    }
  }, signal);
}
