import { setTimeout as sleep } from "node:timers/promises";
import { generationOf, type BackingIndices } from "./backing-indices.ts";
import { idOf } from "./document.ts";
import type { Entry } from "./queue.ts";

/*
 * How a document stays one document when nobody knows whether it is stored.
 *
 * Sending it again is harmless while the stream's write index is still the one it may have gone to: there the id is
 * taken (409). After a rollover it would be created a second time. So whatever is in doubt is looked up by id, which
 * sees every finished write, in every backing index from the oldest that it can be in, and only what is missing is
 * sent. Where the stream has been rolled over meanwhile, the unanswered request's own time is waited out first: it
 * must not store anything behind the look-up's back.
 *
 * In doubt is (1) each document of a bulk whose answer was lost or odd, from the index that was the newest when it was
 * sent; (2) after a start or a take-over, what lies behind the checkpoint as far as its writer can have had under way,
 * from the index that the checkpoint names; (3) without a checkpoint (a new source, or lost state) the same reach, in
 * all indices. As long as documents are found there may be more: the reach begins anew at each one found. Once no
 * request of a previous reader can be under way, an index that comes into being is ours: for (2) and (3) it is not
 * asked, so that a new source whose stream does not exist yet is looked up nowhere.
 */

/** What may be stored although its position was not saved. Shrinks as documents are looked up and not found. */
export interface Doubt {
  /** Oldest generation, by data stream, that a document may be in; where one is missing, any. */
  readonly since: ReadonlyMap<string, number>;
  /** Until when a request of the previous reader may still store something, epoch milliseconds. */
  readonly until: number;
  /** How far the previous reader can have been ahead of its checkpoint, bytes of documents. */
  readonly reach: number;
  /** Bytes still in doubt. */
  bytes: number;
  /**
   * Newest generation, by data stream, that a document may be in: that of the first look after `until`. What has come
   * into being since then holds nothing of the previous reader's.
   */
  readonly newest: Map<string, number>;
}

/** The reach where somebody else may be storing the same all the while: a file is imported that is shipped as well. */
export const endless = Number.MAX_SAFE_INTEGER;

/** Looks up whatever of `entries` may be stored already and returns what is. */
export async function findStored(
  entries: readonly Entry[],
  indices: BackingIndices,
  onWait: (reason: string) => void,
  signal: AbortSignal,
): Promise<ReadonlySet<Entry>> {
  const found = new Set<Entry>();
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    if (entry.doubt && entry.doubt.bytes <= 0) entry.doubt = undefined;
    if (entry.unsureUntil === undefined && entry.doubt === undefined) continue;
    const group = groups.get(entry.document.stream);
    if (group) group.push(entry);
    else groups.set(entry.document.stream, [entry]);
  }
  for (const [stream, group] of groups) {
    const candidates = await candidatesOf(stream, group, indices, onWait, signal);
    const ids = candidates.length === 0 ? [] : group.map(({ document }) => idOf(document));
    const stored = await indices.stored(candidates, ids, signal);
    for (const [n, entry] of group.entries()) {
      const isStored = stored.has(ids[n] ?? "");
      if (isStored) found.add(entry);
      learn(entry, isStored);
    }
  }
  return found;
}

/** The backing indices that entries of one stream may be in. */
async function candidatesOf(
  stream: string,
  group: readonly Entry[],
  indices: BackingIndices,
  onWait: (reason: string) => void,
  signal: AbortSignal,
): Promise<string[]> {
  const since = group.reduce((oldest, entry) => Math.min(oldest, sinceOf(entry)), Infinity);
  const newest = group.reduce((latest, entry) => Math.max(latest, newestOf(entry)), 0);
  if (newest < Math.max(since, 1)) return [];
  const until = group.reduce((latest, entry) => Math.max(latest, untilOf(entry)), 0);
  let candidates = await indices.since(stream, since, signal);
  if (candidates.length > 1 && until > Date.now()) {
    onWait("an unanswered request to end, because its stream was rolled over");
    await sleep(until - Date.now(), undefined, { signal });
    candidates = await indices.since(stream, since, signal);
  }
  if (until <= Date.now()) {
    const latest = generationOf(candidates.at(-1) ?? "");
    for (const { doubt } of group) {
      if (doubt && doubt.reach !== endless && !doubt.newest.has(stream))
        doubt.newest.set(stream, latest);
    }
  }
  return candidates.filter((index) => generationOf(index) <= newest);
}

function learn(entry: Entry, isStored: boolean): void {
  const { doubt } = entry;
  if (doubt) doubt.bytes = isStored ? doubt.reach : doubt.bytes - entry.document.size;
  entry.doubt = undefined;
  entry.unsureUntil = undefined;
}

function sinceOf({ since, doubt, document }: Entry): number {
  return Math.min(since ?? Infinity, doubt ? (doubt.since.get(document.stream) ?? 0) : Infinity);
}

function newestOf({ unsureUntil, doubt, document }: Entry): number {
  // What we have sent ourselves may have gone to any.
  if (unsureUntil !== undefined) return Infinity;
  return doubt?.newest.get(document.stream) ?? Infinity;
}

function untilOf({ unsureUntil, doubt }: Entry): number {
  return Math.max(unsureUntil ?? 0, doubt?.until ?? 0);
}
