import { isDeepStrictEqual } from "node:util";
import type { Client, estypes } from "@elastic/elasticsearch";
import { retry } from "../lib/backoff.ts";
import { AppError } from "../lib/errors.ts";
import { statusOf, wrap } from "./errors.ts";

/** Which state of a document a reader saw. Opaque: only compared by the server. */
export interface Version {
  readonly seqNo: number;
  readonly primaryTerm: number;
}

export interface Stored<T> {
  readonly id: string;
  readonly doc: T;
  readonly version: Version;
}

type Value = string | number | boolean;

/** Which documents to list. A document matches when every condition holds; field names are dotted paths. */
export interface Query {
  /** The field has one of the values. */
  where?: Readonly<Record<string, readonly Value[]>>;
  /** The field lies within; for dates as ISO 8601 texts. */
  range?: Readonly<Record<string, { gte?: Value; gt?: Value; lt?: Value; lte?: Value }>>;
  sort?: { field: string; order: "asc" | "desc" };
  /** At most so many; all of them where left out. */
  limit?: number;
}

/**
 * The documents of one state index. Every write is conditional, so that any number of processes may work on the same
 * document and none overwrites what it has not seen. Reads by id see every finished write.
 *
 * Each call is tried a few times while the server is busy or cannot be reached; then its retryable AppError is thrown.
 */
export interface Documents<T extends object> {
  get(id: string, signal: AbortSignal): Promise<Stored<T> | undefined>;
  /** Stores `doc` unless there is one already: undefined then. */
  create(id: string, doc: T, signal: AbortSignal): Promise<Stored<T> | undefined>;
  /** Writes over exactly the state that `seen` is: undefined when somebody else has changed it since. */
  replace(seen: Stored<T>, doc: T, signal: AbortSignal): Promise<Stored<T> | undefined>;
  /**
   * Reads, edits and writes, again on a newer state until nobody interferes. `edit` must be pure; it returns undefined
   * to leave the document as it is. Resolves to what is stored afterwards; undefined when there is no such document.
   */
  change(
    id: string,
    edit: (doc: T) => T | undefined,
    signal: AbortSignal,
  ): Promise<Stored<T> | undefined>;
  /** Deletes exactly the state that `seen` is; false when it has changed or gone. */
  remove(seen: Stored<T>, signal: AbortSignal): Promise<boolean>;
  /** Everything that matches and was written before the call; sorted by id unless the query says otherwise. */
  list(query: Query, signal: AbortSignal): Promise<Stored<T>[]>;
}

const pageSize = 1000;
const tries = { attempts: 5, minMs: 200, maxMs: 5000 };

/**
 * The documents of `index`: a plain index that `setup` made a template for; it comes into being at the first write.
 * `attempts` is how often a call is tried, 5 where left out.
 */
export function createDocuments<T extends object>(
  client: Client,
  index: string,
  options: { attempts?: number } = {},
): Documents<T> {
  const ask: Ask = (call, signal) =>
    retry(() => wrap(call, signal), { ...tries, ...options }, signal);
  const get = async (id: string, signal: AbortSignal): Promise<Stored<T> | undefined> => {
    const found = await ask(() => client.get<T>({ index, id }, { signal, ignore: [404] }), signal);
    // A missing index answers 404 as well, without `found`.
    if (!(found as Partial<typeof found>).found || found._source === undefined) return undefined;
    return { id, doc: found._source, version: versionOf(found) };
  };
  const write = async (
    id: string,
    doc: T,
    seen: Version | undefined,
    signal: AbortSignal,
  ): Promise<Stored<T> | undefined> => {
    const condition = seen
      ? { if_seq_no: seen.seqNo, if_primary_term: seen.primaryTerm }
      : { op_type: "create" as const };
    let calls = 0;
    try {
      const written = await ask(() => {
        calls++;
        return client.index({ index, id, document: doc, ...condition }, { signal, maxRetries: 0 });
      }, signal);
      return { id, doc, version: versionOf(written) };
    } catch (error) {
      // 404: the index of the document that we saw is gone.
      if (seen && statusOf(error) === 404) return undefined;
      if (statusOf(error) !== 409) throw error;
      // Somebody was faster; after a lost answer it may have been ourselves.
      const now = calls > 1 ? await get(id, signal) : undefined;
      return now && isDeepStrictEqual(now.doc, asStored(doc)) ? now : undefined;
    }
  };
  return {
    get,
    create: (id, doc, signal) => write(id, doc, undefined, signal),
    replace: (seen, doc, signal) => write(seen.id, doc, seen.version, signal),
    async change(id, edit, signal) {
      for (;;) {
        const seen = await get(id, signal);
        const doc = seen && edit(seen.doc);
        if (!seen || doc === undefined) return seen;
        const written = await write(id, doc, seen.version, signal);
        if (written) return written;
      }
    },
    async remove({ id, version: { seqNo, primaryTerm } }, signal) {
      const condition = { if_seq_no: seqNo, if_primary_term: primaryTerm };
      try {
        await ask(
          () => client.delete({ index, id, ...condition }, { signal, maxRetries: 0 }),
          signal,
        );
        return true;
      } catch (error) {
        if (statusOf(error) === 404 || statusOf(error) === 409) return false;
        throw error;
      }
    },
    list: (query, signal) => list<T>(client, ask, index, query, signal),
  };
}

/** What comes back when `doc` is read: without members that are undefined. */
function asStored(doc: object): unknown {
  return JSON.parse(JSON.stringify(doc)) as unknown;
}

type Ask = <T>(call: () => Promise<T>, signal: AbortSignal) => Promise<T>;

async function list<T>(
  client: Client,
  ask: Ask,
  index: string,
  query: Query,
  signal: AbortSignal,
): Promise<Stored<T>[]> {
  // A search sees only what a refresh has shown.
  await ask(() => client.indices.refresh({ index, ignore_unavailable: true }, { signal }), signal);
  const limit = query.limit ?? Infinity;
  const { field, order } = query.sort ?? { order: "asc" as const };
  // State indices have one shard: there `_seq_no` is unique, and a document that changes meanwhile only moves on.
  const sort = [
    ...(field === undefined ? [] : [{ [field]: { order, unmapped_type: "keyword" as const } }]),
    { _seq_no: { order: "asc" as const, unmapped_type: "long" as const } },
  ];
  const found = new Map<string, Stored<T>>();
  let after: estypes.FieldValue[] | undefined;
  while (found.size < limit) {
    const size = Math.min(pageSize, limit - found.size);
    const page = await ask(async () => {
      const request = { index, ignore_unavailable: true, size, sort, query: toDsl(query) };
      const answer = await client.search<T>(
        { ...request, seq_no_primary_term: true, ...(after && { search_after: after }) },
        { signal },
      );
      if (!answer.timed_out && answer._shards.failed === 0) return answer.hits.hits;
      throw new AppError("ES_PARTIAL", `${index} answered a search only in part`, {
        retryable: true,
        hint: "look at the cluster's health",
      });
    }, signal);
    for (const { _id: id, _source: doc, ...hit } of page) {
      if (id !== undefined && doc !== undefined)
        found.set(id, { id, doc, version: versionOf(hit) });
    }
    after = page.at(-1)?.sort;
    if (page.length < size || !after) break;
  }
  const all = [...found.values()];
  return query.sort ? all : all.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function toDsl({ where = {}, range = {} }: Query): estypes.QueryDslQueryContainer {
  return {
    bool: {
      filter: [
        ...Object.entries(where).map(([field, values]) => ({ terms: { [field]: [...values] } })),
        // The API's type wants to know numbers from dates beforehand.
        ...Object.entries(range).map(([field, bounds]) => ({ range: { [field]: bounds } })),
      ],
    },
  };
}

function versionOf(answer: { _seq_no?: number; _primary_term?: number }): Version {
  return { seqNo: answer._seq_no ?? -1, primaryTerm: answer._primary_term ?? -1 };
}
