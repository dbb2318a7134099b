import type { Client } from "@elastic/elasticsearch";
import { retry } from "../lib/backoff.ts";
import { AppError } from "../lib/errors.ts";
import { wrap } from "../es/errors.ts";

/*
 * An `_id` is unique in one backing index only: after a rollover the same id would be created a second time. So for
 * every document whose fate is unknown we need the oldest index that it may be in. Indices of a stream are told apart
 * by their generation, the number at the end of their names; 0 stands for "none yet", and so for all of them.
 */

/** The generation in a backing index's name; 0 when it has none. */
export function generationOf(index: string): number {
  return Number(/-(\d+)$/.exec(index)?.[1] ?? 0);
}

/** What is known of the backing indices of data streams. */
export interface BackingIndices {
  /** The newest generation of a stream that we know of; undefined before the first look. */
  seen(stream: string): number | undefined;
  /** The oldest generation that whatever is sent from `at` (by performance.now()) on can be in; 0: any. */
  oldestFrom(stream: string, at: number): number;
  /** Asks the server for it. */
  look(stream: string, signal: AbortSignal): Promise<number>;
  /** Learns from a bulk answer. */
  note(stream: string, index: string): void;
  /** Backing indices of `stream` from generation `since` on, oldest first, as of now. */
  since(stream: string, since: number, signal: AbortSignal): Promise<string[]>;
  /** Which of the ids are stored in one of the indices. By id a read sees every finished write. */
  stored(
    indices: readonly string[],
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<Set<string>>;
}

const tries = { minMs: 200, maxMs: 30_000 };
const idsAtOnce = 2000;

export function createBackingIndices(client: Client): BackingIndices {
  /** By stream: its newest generation as it came to be known, one after the other. */
  const known = new Map<string, { generation: number; at: number }[]>();
  const seen = (stream: string) => known.get(stream)?.at(-1)?.generation;
  const learn = (stream: string, generation: number) => {
    if (seen(stream) === generation) return;
    const history = known.get(stream) ?? [];
    history.push({ generation, at: performance.now() });
    known.set(stream, history);
  };
  const ask = <T>(call: () => Promise<T>, signal: AbortSignal) =>
    retry(() => wrap(call, signal), tries, signal);
  const list = async (stream: string, signal: AbortSignal): Promise<string[]> => {
    const answer = await ask(
      () => client.indices.resolveIndex({ name: stream }, { signal, ignore: [404] }),
      signal,
    );
    // A 404 that is ignored gives an answer without the list.
    const indices = ((answer as Partial<typeof answer>).data_streams ?? [])
      .filter(({ name }) => name === stream)
      .flatMap(({ backing_indices }) => backing_indices)
      .sort((a, b) => generationOf(a) - generationOf(b));
    // A bulk answer may have come meanwhile.
    learn(stream, Math.max(generationOf(indices.at(-1) ?? ""), seen(stream) ?? 0));
    return indices;
  };
  return {
    seen,
    oldestFrom(stream, at) {
      const history = known.get(stream) ?? [];
      // Nothing is sent before the first look: what was known then holds for all that was sent earlier, too.
      const held = history.findLastIndex((one) => one.at < at);
      const since = history.slice(Math.max(held, 0)).map(({ generation }) => generation);
      return since.length === 0 ? 0 : Math.min(...since);
    },
    async look(stream, signal) {
      return generationOf((await list(stream, signal)).at(-1) ?? "");
    },
    note(stream, index) {
      // Also an older one: a restored cluster goes back, and to look into one index too many does no harm.
      learn(stream, generationOf(index));
    },
    async since(stream, since, signal) {
      return (await list(stream, signal)).filter((index) => generationOf(index) >= since);
    },
    async stored(indices, ids, signal) {
      const stored = new Set<string>();
      for (const index of indices) {
        const left = ids.filter((id) => !stored.has(id));
        for (let from = 0; from < left.length; from += idsAtOnce) {
          const some = left.slice(from, from + idsAtOnce);
          const docs = await ask(() => mget(client, index, some, signal), signal);
          for (const id of docs) stored.add(id);
        }
      }
      return stored;
    },
  };
}

async function mget(
  client: Client,
  index: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const { docs } = await client.mget({ index, ids: [...ids], _source: false }, { signal });
  return docs.flatMap((doc) => {
    if ("error" in doc) {
      // Retention may have taken the index since it was listed; whatever else is wrong may pass.
      if (doc.error.type === "index_not_found_exception") return [];
      throw new AppError(
        "ES_PARTIAL",
        `${index} could not be asked for ${doc._id}: ${doc.error.type}`,
        {
          retryable: true,
          hint: "look at the cluster's health",
        },
      );
    }
    return doc.found ? [doc._id] : [];
  });
}
