import { silentLog } from "../../../src/lib/log.ts";
import { alertOf } from "../../../src/model/alert-document.ts";
import type { Alert } from "../../../src/model/alert.ts";
import type { Notification } from "../../../src/model/notification.ts";
import type { EventStore } from "../../../src/watch/events.ts";
import { parseRuleFile, rulesError, type LoadOptions } from "../../../src/watch/parse-rule-file.ts";
import { memoryEvents } from "../../../src/watch/memory-events.ts";
import { memoryState } from "../../../src/watch/memory-state.ts";
import type { WatchState } from "../../../src/watch/state.ts";
import { watcherOver, type PassResult, type WatcherOptions } from "../../../src/watch/watcher.ts";

/** An event store and a state in memory, and watchers over them. Times are ISO 8601 texts or epoch milliseconds. */
export interface MemoryWorld {
  /** A failed login from an address, unless `fields` say otherwise; it is stamped as ingested `delayMs` later. */
  write(at: Time, fields?: Readonly<Record<string, unknown>>, delayMs?: number): void;
  /** One pass with the clock at `now`. */
  pass(now: Time, parts?: Partial<Parts>): Promise<PassResult>;
  /** What `alerts list` would show, by first event. */
  alerts(): Alert[];
  /** Names of the transitions so far. */
  steps(): string[];
  rows: Notification[];
  events: EventStore;
  state: WatchState;
}

export type Time = string | number;
type Parts = WatcherOptions & { events: EventStore; state: WatchState };

const never = new AbortController().signal;
const ms = (time: Time) => (typeof time === "number" ? time : Date.parse(time));

/** A world whose watchers run the rules of `text` (the list under `rules:`) from `from` on. */
export async function memoryWorld(
  text: string,
  from: Time,
  options: Partial<Parts> = {},
  load: LoadOptions = {},
): Promise<MemoryWorld> {
  const { rules, problems } = await parseRuleFile(`version: 1\nrules:\n${text}`, "r.yml", load);
  if (problems.length > 0) throw rulesError(problems);
  const events = memoryEvents();
  const state = memoryState();
  const rows: Notification[] = [];
  return {
    write(at, fields = {}, delayMs = 2000) {
      events.add({
        "event.category": "authentication",
        "event.outcome": "failure",
        "source.ip": "192.0.2.1",
        ...fields,
        "@timestamp": new Date(ms(at)).toISOString(),
        "event.ingested": new Date(ms(at) + delayMs).toISOString(),
        "leafwatch.delay_ms": delayMs,
      });
    },
    async pass(now, parts = {}) {
      const watcher = watcherOver({
        namespace: "test",
        rules,
        events,
        state,
        log: silentLog,
        from: new Date(ms(from)),
        clock: () => ms(now),
        enqueue: async (row) => {
          rows.push(row);
        },
        ...options,
        ...parts,
      });
      const result = await watcher.pass(new Date(ms(now)), never);
      const [failure] = result.failed;
      if (failure) throw failure.error;
      return result;
    },
    alerts: () =>
      [...state.documents.values()]
        .map(alertOf)
        .filter(({ merged_into, withdrawn }) => merged_into === undefined && !withdrawn)
        .sort((a, b) => (a.first_seen < b.first_seen ? -1 : 1)),
    steps: () =>
      state.transitions.map(({ document }) => (document["event"] as { action: string }).action),
    rows,
    events,
    state,
  };
}
