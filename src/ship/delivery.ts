import type { EcsEvent } from "../model/ecs.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { Doubt } from "./doubt.ts";
import type { Shipper } from "./shipper.ts";

/** The three calls of the pipeline that end in Elasticsearch, for every stream of every host. */
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
  ): Promise<void>;
  /** Call it in the order of the batches, once everything before `progress` is stored. */
  save(host: string, stream: string, progress: P, signal: AbortSignal): Promise<void>;
}

/**
 * Ties shipper and checkpoints together, so that each stream's documents stay one each over restarts. `isOurs`, of the
 * leases, keeps a process that has slept from sending what another has taken over.
 */
export function createDelivery<P extends object>(
  shipper: Shipper,
  checkpoints: Checkpoints<P>,
  isOurs?: (host: string) => boolean,
): Delivery<P> {
  const open = new Map<string, { doubt: Doubt; dataStreams: Set<string> }>();
  const keyOf = (host: string, stream: string) => JSON.stringify([host, stream]);
  return {
    async load(host, stream, signal) {
      const { progress, doubt } = await checkpoints.load(host, stream, signal);
      // Data streams that were written to before stay named until newer checkpoints name them again.
      open.set(keyOf(host, stream), { doubt, dataStreams: new Set(doubt.since.keys()) });
      return progress;
    },
    room: (signal) => shipper.room(signal),
    ship(host, stream, { origin }, events, signal) {
      const opened = open.get(keyOf(host, stream));
      if (!opened) throw new TypeError(`${host}: ${stream} was never loaded`);
      const maySend = isOurs && (() => isOurs(host));
      const terms = { doubt: opened.doubt, maySend };
      // Not async: nothing here may keep the events alive once they have been made text.
      return shipper.ship({ origin, ...terms }, events, signal).then((streams) => {
        for (const name of streams) opened.dataStreams.add(name);
      });
    },
    async save(host, stream, progress, signal) {
      const opened = open.get(keyOf(host, stream));
      if (!opened) throw new TypeError(`${host}: ${stream} was never loaded`);
      const { doubt, dataStreams } = opened;
      const since = new Map<string, number>();
      for (const name of dataStreams) {
        const before = doubt.since.get(name) ?? 0;
        const now = shipper.oldestGeneration(name) || before;
        // What our predecessor had under way may reach beyond this checkpoint: until it is looked up, it stays named.
        since.set(name, doubt.bytes > 0 ? Math.min(before, now) : now);
      }
      const reach = doubt.bytes > 0 ? Math.max(doubt.reach, shipper.reach) : shipper.reach;
      await checkpoints.save(host, stream, progress, { since, reach }, signal);
    },
  };
}
