import { kind, type Kind } from "../lib/kind.ts";
import type { Level } from "../model/alert.ts";
import type { EventStore, Group, Occurrence, Range, Selection, Usual } from "./events.ts";
import type { Checker } from "./filter-parse.ts";

/** A stretch of event time in which a rule's condition held. */
export interface Span {
  /** Orders and names it: the end of a sliding window, the start of an aligned one. */
  at: number;
  /** First and last event of the window, epoch milliseconds. */
  first: number;
  last: number;
  /** What was counted in it. */
  count: number;
  /** Where the limit differs from window to window: its own, and what was usual. */
  usual?: Usual;
  /** True while its end is not known: a source that is silent still. */
  ongoing?: true;
}

/** Windows in a row that qualify, the newest of which is the last that is over, but fewer than `for` asks for. */
export interface Waiting {
  first: number;
  last: number;
  count: number;
  /** End of the next window: if that does not qualify there was nothing. */
  until: number;
}

/** What a judge decided about a stretch of time. */
export interface Judged {
  spans: Span[];
  /** What may become a span with the next window. */
  waiting?: Waiting;
  /** The `at`s that were decided: known spans in it that are not in `spans` are void (only for `replace`). */
  covers: Range;
}

/** One group's events, one list for each selection of the condition, each sorted by time. */
export type Gathered = ReadonlyMap<string, readonly (readonly Occurrence[])[]>;

/**
 * What makes a rule fire. Looking and deciding are apart: `candidates` finds every group that may qualify (a superset
 * is allowed, a subset never), `gather` fetches what is needed to decide, `judge` decides and is pure.
 */
export interface Condition {
  /** What an alert shows as its limit. */
  readonly threshold: number;
  /**
   * `unite`: an event more never undoes a span, so what was found stays. `replace`: a late event may undo it, so what
   * is judged anew replaces what was known.
   */
  readonly mode: "unite" | "replace";
  /** How far an event can lie from the end of a window that it decides about, before or after it. */
  readonly reachMs: number;
  /** Of windows that are aligned: the start of the one that holds `at`. Left out where windows slide. */
  readonly startOf?: (at: number) => number;
  /** Length of the longest window: events so close before the horizon may belong to a window that is not over. */
  readonly lengthMs: number;
  /** False alerts a week that its budget accepts; undefined for a kind without a budget. */
  readonly promisedPerWeek?: number;
  /** Every event that decides: when one arrives late, its group is judged again. */
  readonly watched: readonly Selection[];
  /** The events that a reader of the alert wants to see. */
  readonly shown: Selection;
  /** Fields that the condition reads, beside those of `match` and `group_by`. */
  readonly fields: readonly string[];
  /** Groups that may have a window ending in `range`. */
  candidates(events: EventStore, range: Range, signal: AbortSignal): Promise<Group[]>;
  /** Everything that decides about windows of `groups` that end in `range`. No event at or after `range.to`. */
  gather(
    events: EventStore,
    groups: readonly Group[],
    range: Range,
    signal: AbortSignal,
  ): Promise<Gathered>;
  /** The windows that end in `range` and qualify. */
  judge(gathered: readonly (readonly Occurrence[])[], range: Range): Judged;
}

/** What a kind of rule is given to build its condition. */
export interface ConditionParts {
  /** The events of `dataset` and `match`, without those of `except`. */
  select: Selection;
  groupBy: readonly string[];
  withinMs: number;
  /** IANA zone of the rule, for what follows the wall clock. */
  timezone: string;
  /** Consecutive windows that must qualify; 1: sliding windows. */
  consecutive: number;
  /** `select` narrowed by a further field map at `path`. */
  narrow(map: Readonly<Record<string, unknown>>, path: readonly PropertyKey[]): Selection;
  /** `dataset` and the map at `path` instead of `match`. */
  instead(map: Readonly<Record<string, unknown>>, path: readonly PropertyKey[]): Selection;
  /** Sources that the config expects: values of `host.name` and `event.dataset`. */
  expected: readonly Readonly<Record<string, string>>[];
  /** Text of a file beside the rules. @throws when it cannot be read. */
  readText: (path: string) => string;
  check: Checker;
}

export type RuleKind = Kind<Condition, ConditionParts>;

/** Types a kind of rule after its options: the keys that it adds to a rule. */
export const ruleKind = kind<Condition, ConditionParts>();

/** A rule that can be run. Durations are milliseconds. */
export interface Rule {
  readonly id: string;
  /** File it came from. */
  readonly file: string;
  /** What it is called, without placeholders. */
  readonly name: string;
  readonly title: string;
  readonly why?: string;
  readonly level: Level;
  readonly attack: readonly string[];
  /** Words by which mails may be routed. */
  readonly tags: readonly string[];
  readonly respond?: string;
  readonly show: readonly string[];
  readonly kind: string;
  /** Changes when the rule does; stored with each alert. */
  readonly hash: string;
  readonly timezone: string;
  readonly everyMs: number;
  readonly delayMs: number;
  readonly lateMs: number;
  readonly closeAfterMs: number;
  readonly withinMs: number;
  readonly groupBy: readonly string[];
  readonly select: Selection;
  readonly notify: NotifyOptions;
  readonly exceptions: readonly RuleException[];
  /** Ids of rules whose alerts on the same source are not mailed while this one is active. */
  readonly inhibits: readonly string[];
  readonly condition: Condition;
  readonly tests: readonly RuleTest[];
  /** Every field that the rule reads. */
  readonly fields: readonly string[];
}

/** Events that the rule leaves out until a day. */
export interface RuleException {
  readonly why: string;
  readonly owner: string;
  /** ISO 8601, UTC. */
  readonly until: string;
}

export interface NotifyOptions {
  /** Names of `notify.recipients`. */
  to: readonly string[];
  repeatMs: number;
  backoff: number;
  maxMs: number;
}

/** A test inside a rule. */
export interface RuleTest {
  it: string;
  events: readonly TestEvents[];
  alerts: number;
}

/** `send` events spread evenly over `overMs`, the first `atMs` after the test's start. */
export interface TestEvents {
  send: number;
  overMs: number;
  atMs: number;
  event: Readonly<Record<string, unknown>>;
}
