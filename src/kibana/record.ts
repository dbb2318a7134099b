import { z } from "zod";
import { keyOf, type PlacedObject, type SavedObject } from "./bundle.ts";
import { fingerprint } from "./fingerprint.ts";
import type { Step } from "./plan.ts";

/** What setup remembers of an object that it wrote into a space: how to find it again, and whether it was changed since. */
const recordedObject = z.object({
  type: z.string(),
  /** Our id. */
  id: z.string(),
  /** Its id in the space: Kibana gives a new one where another space has ours. */
  installed_as: z.string(),
  /** Fingerprint of our description when it was written. */
  described: z.string(),
  /** Fingerprint of what Kibana then held. */
  stored: z.string(),
  /** Kibana's own stamp of then. A Kibana upgrade rewrites contents but leaves it. */
  updated_at: z.string().optional(),
});

export type RecordedObject = z.output<typeof recordedObject>;

/** All that setup wrote into one space. */
export const importRecord = z.object({ objects: z.array(recordedObject) });

export type ImportRecord = z.output<typeof importRecord>;

/** Where the record of one space is kept; the caller knows how. */
export interface RecordStore {
  load(signal: AbortSignal): Promise<ImportRecord | undefined>;
  save(record: ImportRecord, signal: AbortSignal): Promise<void>;
}

/** True when neither Kibana's stamp nor the contents are those that setup left. */
export function wasChanged(held: SavedObject, entry: RecordedObject): boolean {
  const sameStamp = entry.updated_at !== undefined && held.updated_at === entry.updated_at;
  return !sameStamp && fingerprint(held) !== entry.stored;
}

/**
 * The record after `steps` were done: `final` is what we describe with its ids in the space, `held` what the space
 * then holds. What was kept keeps its old entry, so that it still counts as changed at the next run.
 */
export function nextRecord(
  before: ImportRecord,
  steps: readonly Step[],
  final: readonly PlacedObject[],
  held: ReadonlyMap<string, SavedObject>,
): ImportRecord {
  const old = new Map(before.objects.map((entry) => [keyOf(entry), entry]));
  const placed = new Map(final.map((object) => [keyOf({ ...object, id: object.ourId }), object]));
  const objects = steps.flatMap(({ action, name }): RecordedObject[] => {
    const entry = old.get(keyOf(name));
    if (action === "remove") return [];
    if (action === "keep" || (action === "unchanged" && entry)) return entry ? [entry] : [];
    const object = placed.get(keyOf(name));
    const stored = object && held.get(keyOf(object));
    if (!stored) return [];
    return [
      {
        ...name,
        installed_as: object.id,
        described: fingerprint(object),
        stored: fingerprint(stored),
        ...(stored.updated_at === undefined ? {} : { updated_at: stored.updated_at }),
      },
    ];
  });
  return { objects };
}

/** The ids in the space, by `keyOf` with our ids: links need them where another space took ours. */
export function installedIds(record: ImportRecord): Map<string, string> {
  return new Map(record.objects.map((entry) => [keyOf(entry), entry.installed_as]));
}
