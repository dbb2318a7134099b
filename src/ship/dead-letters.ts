import type { Client } from "@elastic/elasticsearch";
import { wrap } from "../es/errors.ts";
import { dataStreams } from "../es/templates.ts";
import { AppError } from "../lib/errors.ts";
import type { EcsEvent } from "../model/ecs.ts";
import { createBackingIndices } from "./backing-indices.ts";
import { bulkTimeoutMs, sendBulk } from "./bulk.ts";
import { deadLetterStream, type DeadLetter, type DeadLetterState } from "./dead-letter.ts";
import { bulkBody, prepareAs } from "./document.ts";

/** A dead letter, where it is stored, and in which state we saw it. */
export interface StoredDeadLetter {
  id: string;
  /** The backing index: only there it can be changed. */
  backingIndex: string;
  version: { seqNo: number; primaryTerm: number };
  /** When the cluster refused the document, ISO 8601. */
  time: string;
  host: string | undefined;
  path: string | undefined;
  reason: string;
  letter: DeadLetter;
}

/** What became of one. */
export interface DeadLetterChange {
  id: string;
  state: DeadLetterState;
  /** Why it is still refused. */
  reason?: string;
}

/** The events that Elasticsearch would not take, and what an operator does about them. */
export interface DeadLetters {
  /** Those in one of the states (`new` where left out), oldest first, at most `limit`. */
  list(
    options: { states?: readonly DeadLetterState[]; limit?: number },
    signal: AbortSignal,
  ): Promise<StoredDeadLetter[]>;
  count(signal: AbortSignal): Promise<number>;
  /** Sends it again under its own id, after the mapping was mended; what is refused again stays as it is. */
  retry(letter: StoredDeadLetter, signal: AbortSignal): Promise<DeadLetterChange>;
  /** Marks it as given up: it stays, but is no longer counted. */
  drop(letter: StoredDeadLetter, signal: AbortSignal): Promise<DeadLetterChange>;
}

interface Source {
  "@timestamp": string;
  host?: { name?: string };
  log?: { file?: { path?: string } };
  error?: { message?: string };
  leafwatch: { dead_letter: DeadLetter };
}

const pageSize = 1000;

export function createDeadLetters(client: Client, namespace: string): DeadLetters {
  const index = deadLetterStream(namespace);
  const exists = async (signal: AbortSignal) =>
    (await dataStreams(client, namespace, signal)).includes(index);
  const state = (states: readonly DeadLetterState[]) => ({
    terms: { "leafwatch.dead_letter.state": [...states] },
  });

  /** Changes the state in place, unless somebody else has. */
  async function mark(
    { id, backingIndex, version, letter }: StoredDeadLetter,
    next: DeadLetterState,
    signal: AbortSignal,
  ): Promise<DeadLetterChange> {
    const dead_letter = { ...letter, state: next, tried_at: new Date().toISOString() };
    const found = await wrap(
      () => client.get<Source>({ index: backingIndex, id }, { signal }),
      signal,
    );
    await wrap(
      () =>
        client.index(
          {
            index: backingIndex,
            id,
            if_seq_no: version.seqNo,
            if_primary_term: version.primaryTerm,
            refresh: "wait_for",
            document: {
              ...found._source,
              leafwatch: { ...found._source?.leafwatch, dead_letter },
            },
          },
          { signal, maxRetries: 0 },
        ),
      signal,
    );
    return { id, state: next };
  }

  return {
    async list({ states = ["new"], limit = Infinity }, signal) {
      if (!(await exists(signal))) return [];
      await wrap(() => client.indices.refresh({ index }, { signal }), signal);
      const found: StoredDeadLetter[] = [];
      let after: (string | number)[] | undefined;
      while (found.length < limit) {
        const size = Math.min(pageSize, limit - found.length);
        const { hits } = await wrap(
          () =>
            client.search<Source>(
              {
                index,
                size,
                query: { bool: { filter: [state(states)] } },
                sort: [{ "@timestamp": "asc" }, { "leafwatch.dead_letter.id": "asc" }],
                seq_no_primary_term: true,
                ...(after && { search_after: after }),
              },
              { signal },
            ),
          signal,
        );
        for (const hit of hits.hits) if (hit._source) found.push(fromHit(hit, hit._source));
        after = hits.hits.at(-1)?.sort as (string | number)[] | undefined;
        if (hits.hits.length < size || !after) break;
      }
      return found;
    },

    async count(signal) {
      if (!(await exists(signal))) return 0;
      const query = { bool: { filter: [state(["new"])] } };
      return (await wrap(() => client.count({ index, query }, { signal }), signal)).count;
    },

    async retry(letter, signal) {
      const { id, index: stream, document } = letter.letter;
      const event = parse(document);
      if (!event) {
        return {
          id,
          state: "new",
          reason: "it was too large to be kept whole: import its line again",
        };
      }
      const indices = createBackingIndices(client);
      const stored = await indices.stored(await indices.since(stream, 0, signal), [id], signal);
      if (!stored.has(id)) {
        const body = bulkBody([prepareAs(stream, id, event)], Date.now());
        const options = { compress: false, timeoutMs: bulkTimeoutMs };
        const result = await sendBulk(client, body, 1, options, signal);
        if (result.kind !== "answered") throw result.error;
        const [outcome] = result.outcomes;
        if (outcome?.kind === "refused") return { id, state: "new", reason: outcome.reason };
        if (outcome?.kind !== "stored") {
          throw new AppError("ES_BUSY", `the event could not be stored: ${outcome?.reason ?? ""}`, {
            retryable: true,
            hint: "try again",
          });
        }
      }
      return mark(letter, "retried", signal);
    },

    drop: (letter, signal) => mark(letter, "dropped", signal),
  };
}

function fromHit(
  hit: { _id?: string; _index: string; _seq_no?: number; _primary_term?: number },
  source: Source,
): StoredDeadLetter {
  return {
    id: hit._id ?? "",
    backingIndex: hit._index,
    version: { seqNo: hit._seq_no ?? -1, primaryTerm: hit._primary_term ?? -1 },
    time: source["@timestamp"],
    host: source.host?.name,
    path: source.log?.file?.path,
    reason: source.error?.message ?? "",
    letter: source.leafwatch.dead_letter,
  };
}

/** The refused document; undefined when it had to be cut off. */
function parse(text: string): EcsEvent | undefined {
  try {
    // Our own text: an event that was refused for its values, not for its shape.
    return JSON.parse(text) as EcsEvent;
  } catch {
    return undefined;
  }
}
