import type { Enqueue } from "../model/notification.ts";
import type { Log } from "../lib/log.ts";
import type { EventStore, Group } from "./events.ts";
import type { Rule } from "./rule.ts";
import type { WatchState } from "./state.ts";

/** What a watcher works with. */
export interface WatchParts {
  events: EventStore;
  state: WatchState;
  enqueue: Enqueue;
  log: Log;
  namespace: string;
}

/** Who keeps the mails about a group of a rule back now; undefined: nobody. */
export type MutedBy = (rule: Rule, group: Group) => string | undefined;

/** The present of one pass. Epoch milliseconds. */
export interface Present {
  now: number;
  mutedBy: MutedBy;
}
