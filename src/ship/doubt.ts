import { setTimeout as sleep } from "node:timers/promises";
import { generationOf, type BackingIndices } from "./backing-indices.ts";
import { idOf, type PreparedDocument } from "./document.ts";
import type { Parcel } from "./queue.ts";

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

/** Looks up whatever of `parcels` may be stored already and returns what is. */
export async function findStored(
  parcels: readonly Parcel[],
  indices: BackingIndices,
  onWait: (reason: string) => void,
  signal: AbortSignal,
): Promise<ReadonlySet<PreparedDocument>> {
  const found = new Set<PreparedDocument>();
  const groups = new Map<string, Parcel[]>();
  for (const parcel of parcels) {
    if (parcel.doubt && parcel.doubt.bytes <= 0) parcel.doubt = undefined;
    if (parcel.unsureUntil === undefined && parcel.doubt === undefined) continue;
    const group = groups.get(parcel.stream);
    if (group) group.push(parcel);
    else groups.set(parcel.stream, [parcel]);
  }
  for (const [stream, group] of groups) {
    const candidates = await candidatesOf(stream, group, indices, onWait, signal);
    const ids =
      candidates.length === 0 ? [] : group.flatMap(({ documents }) => documents.map(idOf));
    const stored = await indices.stored(candidates, ids, signal);
    for (const parcel of group) learn(parcel, stored, found);
  }
  return found;
}

/** The backing indices that parcels of one stream may be in. */
async function candidatesOf(
  stream: string,
  group: readonly Parcel[],
  indices: BackingIndices,
  onWait: (reason: string) => void,
  signal: AbortSignal,
): Promise<string[]> {
  const since = group.reduce((oldest, parcel) => Math.min(oldest, sinceOf(parcel)), Infinity);
  const newest = group.reduce((latest, parcel) => Math.max(latest, newestOf(parcel)), 0);
  if (newest < Math.max(since, 1)) return [];
  const until = group.reduce((latest, parcel) => Math.max(latest, untilOf(parcel)), 0);
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

/** Adds what is stored of `parcel` to `found`: all that was in doubt is known now. */
function learn(parcel: Parcel, stored: ReadonlySet<string>, found: Set<PreparedDocument>): void {
  const { documents, doubt } = parcel;
  for (const document of documents) {
    const isStored = stored.size > 0 && stored.has(idOf(document));
    if (isStored) found.add(document);
    if (doubt) doubt.bytes = isStored ? doubt.reach : doubt.bytes - document.size;
  }
  parcel.doubt = undefined;
  parcel.unsureUntil = undefined;
}

function sinceOf({ since, doubt, stream }: Parcel): number {
  return Math.min(since ?? Infinity, doubt ? (doubt.since.get(stream) ?? 0) : Infinity);
}

function newestOf({ unsureUntil, doubt, stream }: Parcel): number {
  // What we have sent ourselves may have gone to any.
  if (unsureUntil !== undefined) return Infinity;
  return doubt?.newest.get(stream) ?? Infinity;
}

function untilOf({ unsureUntil, doubt }: Parcel): number {
  return Math.max(unsureUntil ?? 0, doubt?.until ?? 0);
}
