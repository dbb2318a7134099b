import { createHash } from "node:crypto";
import type { Client } from "@elastic/elasticsearch";
import { createDocuments, type Stored } from "../es/documents.ts";
import { bulkTimeoutMs } from "./bulk.ts";
import { AppError } from "../lib/errors.ts";
import type { Doubt } from "./doubt.ts";

/** Where one stream of one host stands: everything before it is stored. */
interface Checkpoint<P> {
  host: { name: string };
  stream: string;
  /** Who may move it: whoever read it last. */
  owner: string;
  /** Missing until something is stored. Plain JSON, not indexed. */
  progress?: P;
  /** Oldest generation of each data stream that what lies behind the checkpoint can be in. */
  since: { stream: string; generation: number }[];
  /** Bytes of documents that its writer may have been ahead. */
  reach: number;
  saved_at: string;
}

/** What the writer of a checkpoint knows of the documents behind it. */
export interface Ahead {
  since: ReadonlyMap<string, number>;
  reach: number;
}

export interface Checkpoints<P> {
  /**
   * Where to go on, and what behind it may be stored already. From then on only the caller can save it: whoever had
   * it before is refused.
   */
  load(
    host: string,
    stream: string,
    signal: AbortSignal,
  ): Promise<{ progress: P | undefined; doubt: Doubt }>;
  /** @throws CHECKPOINT_TAKEN when somebody else has loaded it since. */
  save(host: string, stream: string, progress: P, ahead: Ahead, signal: AbortSignal): Promise<void>;
  /** All of them, for status; `storedAt`: when its last lines were stored. */
  list(signal: AbortSignal): Promise<{ host: string; stream: string; storedAt?: string }[]>;
}

export interface CheckpointOptions {
  /** How long a bulk of a reader who has died may still be carried out. */
  timeoutMs?: number;
  /** How far what is stored may reach into a stream that has no checkpoint yet, bytes of documents. */
  reach?: number | undefined;
}

/** How far a reader without a checkpoint looks for what is stored: it cannot know its predecessor's cap. */
const unknownReach = 96_000_000;

/**
 * Checkpoints in `leafwatch-checkpoints-<namespace>`. Every write is conditional on the state that this process saw
 * last, so a paused owner that wakes up cannot write over the new one's. Calls are tried until `signal` aborts.
 */
export function createCheckpoints<P extends object>(
  client: Client,
  namespace: string,
  owner: string,
  { timeoutMs = bulkTimeoutMs, reach = unknownReach }: CheckpointOptions = {},
): Checkpoints<P> {
  const index = `leafwatch-checkpoints-${namespace}`;
  const documents = createDocuments<Checkpoint<P>>(client, index, { attempts: Infinity });
  const held = new Map<string, Stored<Checkpoint<P>>>();
  const now = () => new Date().toISOString();
  return {
    async load(host, stream, signal) {
      const id = idOf(host, stream);
      for (;;) {
        const seen = await documents.get(id, signal);
        const taken = seen
          ? await documents.replace(seen, { ...seen.doc, owner }, signal)
          : await documents.create(id, fresh(host, stream, owner, reach, now()), signal);
        if (!taken) continue; // somebody else was faster: what he wrote counts
        held.set(id, taken);
        const { progress, since, reach: ahead } = taken.doc;
        const doubt: Doubt = {
          since: new Map(since.map(({ stream: name, generation }) => [name, generation])),
          reach: ahead,
          bytes: ahead,
          // Nobody has read a new stream before us, so no request of his can be under way.
          until: seen ? Date.now() + timeoutMs : 0,
          newest: new Map(),
        };
        return { progress, doubt };
      }
    },
    async save(host, stream, progress, ahead, signal) {
      const id = idOf(host, stream);
      const seen = held.get(id);
      const since = [...ahead.since].map(([name, generation]) => ({ stream: name, generation }));
      const next = { ...fresh(host, stream, owner, ahead.reach, now()), progress, since };
      const written = seen && (await documents.replace(seen, next, signal));
      // Loaded anew meanwhile: what came of a save of the reader before is not the new one's.
      const isCurrent = held.get(id) === seen;
      if (!written) {
        if (isCurrent) held.delete(id);
        throw new AppError(
          "CHECKPOINT_TAKEN",
          `${host}: another shipper has taken over ${stream}`,
          {
            hint: "nothing is lost: it goes on from the same place",
          },
        );
      }
      if (isCurrent) held.set(id, written);
    },
    async list(signal) {
      const all = await documents.list({}, signal);
      return all.map(({ doc }) => ({
        host: doc.host.name,
        stream: doc.stream,
        // Its documents' streams are named once there are any.
        ...(doc.since.length > 0 && { storedAt: doc.saved_at }),
      }));
    },
  };
}

function fresh(host: string, stream: string, owner: string, reach: number, savedAt: string) {
  return { host: { name: host }, stream, owner, since: [], reach, saved_at: savedAt };
}

/** Ids hold at most 512 bytes, paths may be longer. */
function idOf(host: string, stream: string): string {
  return createHash("sha256")
    .update(JSON.stringify([host, stream]))
    .digest("hex")
    .slice(0, 40);
}
