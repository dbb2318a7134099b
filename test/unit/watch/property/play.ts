import { silentLog } from "../../../../src/lib/log.ts";
import type { Notification } from "../../../../src/model/notification.ts";
import type { EventStore } from "../../../../src/watch/events.ts";
import { memoryEvents } from "../../../../src/watch/memory-events.ts";
import { memoryState } from "../../../../src/watch/memory-state.ts";
import type { Rule } from "../../../../src/watch/rule.ts";
import type { WatchState } from "../../../../src/watch/state.ts";
import { watcherOver } from "../../../../src/watch/watcher.ts";
import type { OracleEvent } from "./oracle.ts";

/** An event and when it arrives: stamped `delayMs` after its time, visible up to 35 s later. */
export interface PlayedEvent extends OracleEvent {
  group: string;
  delayMs: number;
  unseenMs: number;
}

export interface Play {
  events: readonly PlayedEvent[];
  /** Pauses between passes, milliseconds. */
  pauses: readonly number[];
  watchers: number;
  seed: number;
}

export const startMs = Date.UTC(2026, 2, 27);

/** Ends a watcher where it stands, as a kill would. */
class Crash extends Error {}

/** A generator of numbers in [0, 1): the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Plays the events to watchers that look at jittered times, side by side, and die at any await; then lets them finish. */
export async function play(rule: Rule, { events, pauses, watchers, seed }: Play) {
  const random = randomOf(seed);
  const store = memoryEvents();
  const state = memoryState();
  const rows: Notification[] = [];
  const arriving = [...events].sort((a, b) => visibleAt(a) - visibleAt(b));
  let clock = startMs;
  const arrive = () => {
    for (let next = arriving[0]; next && visibleAt(next) <= clock; next = arriving[0]) {
      arriving.shift();
      store.add(documentOf(next));
    }
  };
  const options = {
    namespace: "play",
    rules: [rule],
    log: silentLog,
    from: new Date(startMs - 1000),
  };
  // Each watcher keeps its view of the store, and with it what it remembers, through all its passes.
  const turns: (() => Promise<void>)[] = [];
  const views = Array.from({ length: watchers }, (_, i) =>
    pausing<EventStore>(store, async () => turns[i]?.()),
  );
  const pass = async (mayDie: boolean, number = 0) => {
    let left = mayDie && random() < 0.5 ? Math.floor(random() * 60) : Infinity;
    const pause = async () => {
      for (let turns = Math.floor(random() * 4); turns >= 0; turns--) await Promise.resolve();
      if (random() < 0.02) {
        clock += Math.floor(random() * 3000);
        arrive();
      }
      if (left-- <= 0) throw new Crash();
    };
    turns[number] = pause;
    const watcher = watcherOver({
      ...options,
      events: views[number] ?? store,
      state: pausing<WatchState>(state, pause),
      enqueue: async (row) => {
        await pause();
        rows.push(row);
        await pause();
      },
      clock: () => clock,
    });
    const result = await watcher.pass(new Date(clock), never);
    const [failure] = result.failed;
    if (failure && !(failure.error.cause instanceof Crash)) throw failure.error;
  };
  for (const ms of pauses) {
    clock += ms;
    arrive();
    const passes = Array.from({ length: 1 + Math.floor(random() * watchers) }, (_, i) =>
      pass(true, i),
    );
    for (const result of await Promise.allSettled(passes)) {
      if (result.status === "rejected" && !(result.reason instanceof Crash)) throw result.reason;
    }
  }
  clock = Math.max(clock, ...events.map(visibleAt)) + 3_600_000;
  arrive();
  await pass(false);
  await pass(false);
  return { documents: [...state.documents.values()], transitions: state.transitions, rows, clock };
}

const never = new AbortController().signal;
export const visibleAt = (event: PlayedEvent) => event.at + event.delayMs + event.unseenMs;

export const documentOf = ({ at, delayMs, group, value, weight, outcome }: PlayedEvent) => ({
  "@timestamp": new Date(at).toISOString(),
  "event.ingested": new Date(at + delayMs).toISOString(),
  "leafwatch.delay_ms": delayMs,
  "event.category": "authentication",
  "event.outcome": outcome,
  "leafwatch.attempts": weight,
  "http.response.body.bytes": weight * 1000,
  "source.ip": group,
  "user.name": value,
});

/** The same store with a pause before and after every call. */
function pausing<T extends object>(store: T, pause: () => Promise<void>): T {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return async (...args: unknown[]) => {
        await pause();
        const result: unknown = await Reflect.apply(member, target, args);
        await pause();
        return result;
      };
    },
  });
}
