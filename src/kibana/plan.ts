import { keyOf, titleOf, type ObjectName, type PlacedObject, type SavedObject } from "./bundle.ts";
import { fingerprint } from "./fingerprint.ts";
import { wasChanged, type RecordedObject } from "./record.ts";

/**
 * What becomes of an object: `create`, `update` and `remove` change the space; `unchanged` is ours already; `keep`
 * was changed by a user.
 */
export type Action = "create" | "update" | "unchanged" | "keep" | "remove";

export interface Step {
  action: Action;
  /** Our id; `installedAs` is its id in the space. */
  name: ObjectName;
  installedAs: string;
  title: string;
}

export interface PlanInput {
  /** What we describe, already with the ids of the space. */
  ours: readonly PlacedObject[];
  /** What the space holds, by `keyOf` with the ids of the space. */
  theirs: ReadonlyMap<string, SavedObject>;
  /** What setup wrote earlier. */
  recorded: readonly RecordedObject[];
  /** True: what a user changed is written over. */
  overwrite: boolean;
}

/** Decides for every object of ours, and for those that an older version of us wrote and this one has no more. */
export function plan({ ours, theirs, recorded, overwrite }: PlanInput): Step[] {
  const entries = new Map(recorded.map((entry) => [keyOf(entry), entry]));
  const steps = ours.map((object) => {
    const entry = entries.get(keyOf({ type: object.type, id: object.ourId }));
    return stepOf(object, decide(object, theirs.get(keyOf(object)), entry, overwrite));
  });
  const known = new Set(steps.map(({ name }) => keyOf(name)));
  const gone = recorded.filter((entry) => !known.has(keyOf(entry)));
  const removals = gone.flatMap((entry): Step[] => {
    const held = theirs.get(keyOf({ type: entry.type, id: entry.installed_as }));
    if (!held) return [];
    return [
      {
        action: overwrite || !wasChanged(held, entry) ? "remove" : "keep",
        name: { type: entry.type, id: entry.id },
        installedAs: entry.installed_as,
        title: titleOf(held),
      },
    ];
  });
  return [...steps, ...removals];
}

/** The plan for a space of which nothing can be known: everything is created. */
export function planBlind(ours: readonly PlacedObject[]): Step[] {
  return ours.map((object) => stepOf(object, "create"));
}

function stepOf(object: PlacedObject, action: Action): Step {
  return {
    action,
    name: { type: object.type, id: object.ourId },
    installedAs: object.id,
    title: titleOf(object),
  };
}

function decide(
  object: SavedObject,
  held: SavedObject | undefined,
  entry: RecordedObject | undefined,
  overwrite: boolean,
): Action {
  if (!held) return "create";
  if (fingerprint(held) === fingerprint(object)) return "unchanged";
  // Without a record nobody knows who changed it: then it counts as the user's.
  if (!entry || wasChanged(held, entry)) return overwrite ? "update" : "keep";
  return entry.described === fingerprint(object) ? "unchanged" : "update";
}
