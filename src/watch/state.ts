import type { AlertDocument } from "../model/alert-document.ts";
import type { Head } from "./head.ts";

/** Names the state of a document in which it was read; `undefined` where there was none. */
export type Version = { readonly seqNo: number; readonly primaryTerm: number } | undefined;

export interface Versioned<T> {
  value: T;
  version: Version;
}

/** How far a rule has judged. Times are epoch milliseconds. */
export interface Cursor {
  rule: string;
  hash: string;
  /** Event time: everything before it has been judged. */
  judgedUntil: number;
  /** `event.ingested`: what arrived before it has been seen. */
  watermark: number;
  /** Event time from which the rule has judged without a gap. */
  since: number;
  /** Clock of the first pass; left out by older versions. */
  begunAt?: number;
  /** Events so far that arrived later than the rule's `late` and were left out. */
  tooLate?: number;
  /** Clock of the last complete pass. */
  passedAt: number;
  /** Why the last pass failed; absent when it did not. */
  error?: { code: string; message: string; since: number; failures: number };
  /** Passes that failed, by UTC hour (`2026-11-18T10`), of the last weeks: the report counts them. */
  failedHours?: Readonly<Record<string, number>>;
}

/** When a rule began to watch. */
export const begunAt = (cursor: Pick<Cursor, "since" | "begunAt">) =>
  cursor.begunAt ?? cursor.since;

/** A transition as it is appended to `logs-leafwatch.alert-<namespace>`, with its `_id`. */
export interface TransitionRow {
  id: string;
  document: Record<string, unknown>;
}

/**
 * What a watcher remembers. Every change names the version that it was made from and is refused (`false`) when another
 * watcher was faster.
 */
export interface WatchState {
  cursors(signal: AbortSignal): Promise<Map<string, Versioned<Cursor>>>;
  saveCursor(cursor: Cursor, version: Version, signal: AbortSignal): Promise<Version | false>;
  /** By `headId`. */
  heads(ids: readonly string[], signal: AbortSignal): Promise<Map<string, Versioned<Head>>>;
  saveHead(id: string, head: Head, version: Version, signal: AbortSignal): Promise<Version | false>;
  /** Heads (of some rules, or of all) with an incident that is not over, or of which something may not be written. */
  openHeads(rules: readonly string[] | undefined, signal: AbortSignal): Promise<Versioned<Head>[]>;
  /** Heads of a rule with an episode that touches the range of event time. */
  headsBetween(rule: string, from: number, to: number, signal: AbortSignal): Promise<Head[]>;
  alerts(
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<Map<string, Versioned<AlertDocument>>>;
  saveAlert(
    document: AlertDocument,
    version: Version,
    signal: AbortSignal,
  ): Promise<Version | false>;
  /** Appends each once, however often it is called. */
  appendTransitions(rows: readonly TransitionRow[], signal: AbortSignal): Promise<void>;
}
