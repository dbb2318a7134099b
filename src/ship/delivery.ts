import type { EcsEvent } from "../model/ecs.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { Doubt } from "./doubt.ts";
import type { Shipper, Stored } from "./shipper.ts";

/** The pipeline's calls that end in Elasticsearch, for every stream of every host. */
export interface Delivery<P> {
  /** Where to go on; undefined: from the beginning. Takes the stream over from whoever had it. */
  load(host: string, stream: string, signal: AbortSignal): Promise<P | undefined>;
  /** Resolves when there is room for another batch. */
  room(signal: AbortSignal): Promise<void>;
  /** Takes every event before it returns; resolves when all are stored or dead-lettered. */
  ship(
    host: string,
    stream: string,
    batch: { readonly origin: string },
    events: Iterable<{ event: EcsEvent; offset: number }>,
    signal: AbortSignal,
  ): Promise<Stored>;
  /**
   * Told of each batch in their order, once it and all before it are stored. True when its position shall be saved
   * although a later one, which makes it needless, is on its way.
   */
  landed(host: string, stream: string): boolean;
  /** Saves the position behind the batch that landed last. One at a time. */
  save(host: string, stream: string, progress: P, signal: AbortSignal): Promise<void>;
}

/** A stream that is being shipped. */
interface Opened {
  doubt: Doubt;
  dataStreams: Set<string>;
  /** When each batch that has not landed was taken, by performance.now(). */
  underWay: number[];
  /** Bytes of documents stored since the last save began, and when that was, by our clock. */
  unsavedBytes: number;
  savedAt: number;
}

/** How far saves are apart while a stream goes on without a pause: each costs the server as much as thirty documents. */
const apart = { bytes: 16_000_000, ms: 500 };

/**
 * Ties shipper and checkpoints together, so that each stream's documents stay one each over restarts. `isOurs`, of the
 * leases, keeps a process that has slept from sending what another has taken over.
 */
export function createDelivery<P extends object>(
  shipper: Shipper,
  checkpoints: Checkpoints<P>,
  isOurs?: (host: string) => boolean,
): Delivery<P> {
  const open = new Map<string, Opened>();
  const keyOf = (host: string, stream: string) => JSON.stringify([host, stream]);
  const openedOf = (host: string, stream: string) => {
    const opened = open.get(keyOf(host, stream));
    if (!opened) throw new TypeError(`${host}: ${stream} was never loaded`);
    return opened;
  };
  return {
    async load(host, stream, signal) {
      const { progress, doubt } = await checkpoints.load(host, stream, signal);
      // Data streams that were written to before stay named until newer checkpoints name them again.
      const dataStreams = new Set(doubt.since.keys());
      open.set(keyOf(host, stream), {
        ...{ doubt, dataStreams, underWay: [], unsavedBytes: 0, savedAt: 0 },
      });
      return progress;
    },
    room: (signal) => shipper.room(signal),
    ship(host, stream, { origin }, events, signal) {
      const opened = openedOf(host, stream);
      opened.underWay.push(performance.now());
      const maySend = isOurs && (() => isOurs(host));
      const terms = { doubt: opened.doubt, maySend };
      // Not async: nothing here may keep the events alive once they have been made text.
      return shipper.ship({ origin, ...terms }, events, signal).then((stored) => {
        for (const name of stored.streams) opened.dataStreams.add(name);
        opened.unsavedBytes += stored.bytes;
        return stored;
      });
    },
    landed(host, stream) {
      const { underWay, unsavedBytes, savedAt } = openedOf(host, stream);
      underWay.shift();
      return unsavedBytes >= apart.bytes || Date.now() - savedAt >= apart.ms;
    },
    async save(host, stream, progress, signal) {
      const opened = openedOf(host, stream);
      const { doubt, dataStreams, underWay } = opened;
      // Later batches may be stored already, and the stream have been rolled over since.
      const takenAt = underWay[0] ?? performance.now();
      const since = new Map<string, number>();
      for (const name of dataStreams) {
        const before = doubt.since.get(name) ?? 0;
        const now = shipper.oldestGeneration(name, takenAt) || before;
        // What our predecessor had under way may reach beyond this checkpoint: until it is looked up, it stays named.
        since.set(name, doubt.bytes > 0 ? Math.min(before, now) : now);
      }
      // As much again may land while this is saved.
      const ownReach = shipper.reach + 2 * apart.bytes;
      const reach = doubt.bytes > 0 ? Math.max(doubt.reach, ownReach) : ownReach;
      opened.unsavedBytes = 0;
      opened.savedAt = Date.now();
      await checkpoints.save(host, stream, progress, { since, reach }, signal);
    },
  };
}
