import {
  aligned,
  atLeast,
  followed,
  quiet,
  weightOf,
  windows,
  type Incident,
  type OracleEvent,
} from "./oracle.ts";
import { startMs, type Play, type PlayedEvent } from "./play.ts";
import { unusual } from "./unusual.ts";

const minute = 60_000;
const failures = (events: readonly OracleEvent[]) => events.filter((e) => e.outcome === "failure");

/** A rule of each kind, and what it must find in one group's events. `horizon`: everything before it is judged. */
export interface PlayedKind {
  name: string;
  rule: string;
  /** Length of its windows: bursts are made around it. */
  withinMs: number;
  /** False where counts may differ by how windows are shown. */
  counts: boolean;
  expected(events: readonly OracleEvent[], horizon: number): Incident[];
  /** False where events that are later than `late` count as history all the same. */
  tooLate?: boolean;
  /** Plays that once went wrong. */
  examples?: readonly Play[];
}

const failed = "match: { event.outcome: failure }\n    group_by: [source.ip]\n    within: 5m";

const event = (afterMinutes: number, rest: Partial<PlayedEvent>): PlayedEvent => ({
  group: "192.0.2.1",
  at: startMs + afterMinutes * minute,
  weight: 1,
  value: "a",
  outcome: "failure",
  delayMs: 0,
  unseenMs: 0,
  ...rest,
});

/** A watcher dies after it found "c" new at 06:30 and before its cursor moved; "c" of 04:30 arrives later still. */
const undoneBeyondTheCursor: Play = {
  events: [
    event(30, { outcome: "success" }),
    event(150, { outcome: "success" }),
    event(270, { value: "c", delayMs: 45_920_950, unseenMs: 4603 }),
    event(390, { value: "c" }),
  ],
  pauses: [60_000, 58_383, 23_398_371],
  watchers: 2,
  seed: 1_470_379_288,
};

export const playedKinds: readonly PlayedKind[] = [
  {
    name: "count",
    rule: `${failed}\n    count: { gte: 4 }`,
    withinMs: 5 * minute,
    counts: true,
    expected: (events) =>
      windows(failures(events), 5 * minute, (inside) => atLeast(4, weightOf(inside))),
  },
  {
    name: "count in a row",
    rule: `${failed}\n    count: { gte: 3 }\n    for: 2`,
    withinMs: 5 * minute,
    counts: true,
    expected: (events, horizon) =>
      aligned(failures(events), 5 * minute, 2, horizon, (inside) => {
        const count = weightOf(inside);
        return count >= 3 ? { count, shown: inside } : undefined;
      }),
  },
  {
    name: "distinct",
    rule: `${failed}\n    distinct: { field: user.name, gte: 3 }`,
    withinMs: 5 * minute,
    counts: true,
    expected: (events) =>
      windows(failures(events), 5 * minute, (inside) =>
        atLeast(3, new Set(inside.map(({ value }) => value)).size),
      ),
  },
  {
    name: "sum",
    rule: `${failed}\n    sum: { field: http.response.body.bytes, gte: 3500 }`,
    withinMs: 5 * minute,
    counts: true,
    expected: (events) =>
      windows(failures(events), 5 * minute, (inside) => atLeast(3500, 1000 * weightOf(inside))),
  },
  {
    name: "sequence",
    rule: `group_by: [source.ip]
    within: 5m
    sequence:
      - { match: { event.outcome: failure }, count: { gte: 3 } }
      - { match: { event.outcome: success } }`,
    withinMs: 5 * minute,
    counts: false,
    expected: (events) => windows(events, 5 * minute, (inside) => followed(inside, [3, 1])),
  },
  {
    name: "ratio",
    rule: `match: { event.outcome: failure }
    of: { event.outcome: "*" }
    group_by: [source.ip]
    within: 10m
    ratio: { gte: 50%, min_of: 4 }`,
    withinMs: 10 * minute,
    counts: false,
    expected: (events, horizon) =>
      aligned(events, 10 * minute, 1, horizon, (inside) => {
        const part = failures(inside);
        const [hits, all] = [weightOf(part), weightOf(inside)];
        return all >= 4 && hits / all >= 0.5 ? { count: hits / all, shown: part } : undefined;
      }),
  },
  {
    name: "ratio in a row",
    rule: `match: { event.outcome: failure }
    of: { event.outcome: "*" }
    group_by: [source.ip]
    within: 5m
    ratio: { gte: 50%, min_of: 2 }
    for: 2`,
    withinMs: 5 * minute,
    counts: false,
    expected: (events, horizon) =>
      aligned(events, 5 * minute, 2, horizon, (inside) => {
        const part = failures(inside);
        const [hits, all] = [weightOf(part), weightOf(inside)];
        return all >= 2 && hits / all >= 0.5 ? { count: hits / all, shown: part } : undefined;
      }),
  },
  {
    name: "new",
    rule: `match: { event.outcome: failure }
    group_by: [source.ip]
    new: { field: user.name, history: 2h }`,
    withinMs: 120 * minute,
    counts: false,
    expected: (events) =>
      failures(events)
        .filter(({ at, value }) =>
          failures(events).every(
            (other) => other.value !== value || other.at >= at || other.at < at - 120 * minute,
          ),
        )
        .map(({ at }) => ({ first: at, last: at, count: 1 })),
    examples: [undoneBeyondTheCursor],
  },
  {
    name: "baseline",
    rule: `match: { event.outcome: failure }
    group_by: [source.ip]
    within: 1h
    baseline: { scale: { event.outcome: success }, min: 2, floor: 3, budget: 9 per day }`,
    withinMs: 60 * minute,
    counts: true,
    tooLate: false,
    expected: (events, horizon) =>
      aligned(events, 60 * minute, 1, horizon, (inside) => {
        const part = failures(inside);
        const count = weightOf(part);
        return count >= unusual(events, inside) ? { count, shown: part } : undefined;
      }),
  },
  {
    name: "silence",
    rule: `group_by: [source.ip]
    silence: { after: 90m }`,
    withinMs: 90 * minute,
    counts: false,
    expected: (events, horizon) => quiet(events, 90 * minute, horizon),
  },
];
