import type { Client } from "@elastic/elasticsearch";
import type { Log } from "../lib/log.ts";
import type { Enqueue, Problem } from "../model/notification.ts";
import { elasticEvents } from "./elastic-events.ts";
import { elasticState } from "./elastic-state.ts";
import type { EventStore } from "./events.ts";
import { eachOf } from "./each-of.ts";
import { guarded, problemsOf, type Failure } from "./failures.ts";
import { endOf, judgeRule, leastHiddenMs, unsettledMs } from "./judge-rule.ts";
import { mutesAt, type Mute } from "./mutes.ts";
import type { Present } from "./parts.ts";
import { endRemoved } from "./removed.ts";
import type { Rule } from "./rule.ts";
import type { Cursor, Versioned, WatchState } from "./state.ts";
import { sweep } from "./sweep.ts";

/** A pass is mostly waiting for the server. */
const rulesAtOnce = 4;

export interface WatcherOptions {
  namespace: string;
  rules: readonly Rule[];
  enqueue: Enqueue;
  log: Log;
  /** Where a rule seen for the first time begins: milliseconds before now, or a point of time. Default: its `late`. */
  from?: number | Date;
  mutes?: readonly Mute[];
  /**
   * True when `rules` are all rules there are: alerts of others are ended. Not where some are refused: what they were
   * is not known.
   */
  complete?: boolean;
  /** Real time, against which shippers stamp `event.ingested`. */
  clock?: () => number;
}

/** What one pass did. */
export interface PassResult {
  /** Rules judged up to the present. */
  rules: number;
  /** Groups in which something changed. */
  changed: number;
  /** Events left out because they arrived later than `late`, added up over the rules that would have looked at them. */
  tooLate: number;
  /** Rules that could not be judged now: their cursors stay and the next pass tries again. */
  failed: Failure[];
  /** What operators must know; a problem that is not named any more is over. */
  problems: Problem[];
  /** By rule: event time up to which it has judged, epoch milliseconds. */
  judgedUntil: ReadonlyMap<string, number>;
}

export interface Watcher {
  /** Judges every rule up to `now`. Any number of watchers may do so at once, and any may die at any point. */
  pass(now: Date, signal: AbortSignal): Promise<PassResult>;
  /** Takes another set of rules (all there are) and mutes from the next pass on. */
  reload(rules: readonly Rule[], mutes?: readonly Mute[]): void;
  readonly rules: readonly Rule[];
}

/** A watcher over the data streams and state indices of a namespace. */
export function createWatcher(options: WatcherOptions & { client: Client }): Watcher {
  const { client, namespace } = options;
  return watcherOver({
    ...options,
    events: elasticEvents({ client, namespace }),
    state: elasticState(client, namespace),
  });
}

/** The watcher itself, over any event store and state. */
export function watcherOver(
  options: WatcherOptions & { events: EventStore; state: WatchState },
): Watcher {
  const { clock = Date.now } = options;
  let { rules } = options;
  let { mutes = [], complete = false } = options;
  return {
    get rules() {
      return rules;
    },
    reload(newRules, newMutes = mutes) {
      rules = newRules;
      mutes = newMutes;
      complete = true;
    },
    pass: (now, signal) =>
      pass({ ...options, rules, mutes, complete, clock }, now.getTime(), signal),
  };
}

type PassOptions = WatcherOptions & {
  events: EventStore;
  state: WatchState;
  clock: () => number;
  mutes: readonly Mute[];
  complete: boolean;
};

async function pass(parts: PassOptions, now: number, signal: AbortSignal): Promise<PassResult> {
  const { rules, state, events } = parts;
  const begun = Math.min(now, parts.clock());
  const [hiddenMs, cursors] = await Promise.all([events.hiddenMs(signal), state.cursors(signal)]);
  const settledBefore = begun - unsettledMs - Math.max(leastHiddenMs, hiddenMs);
  const result: PassResult & { judgedUntil: Map<string, number> } = {
    rules: 0,
    changed: 0,
    tooLate: 0,
    failed: [],
    problems: [],
    judgedUntil: new Map(),
  };
  const judged: { rule: Rule; cursor: Cursor }[] = [];
  const mutedBy = () => mutesAt(parts.mutes, rules, state, now, signal);
  // Rules that inhibit come first, so what they find counts for the others in the same pass.
  const inhibiting = rules.filter(({ inhibits }) => inhibits.length > 0);
  const others = rules.filter(({ inhibits }) => inhibits.length === 0);
  for (const some of [inhibiting, others]) {
    const present: Present = { now, mutedBy: await mutedBy() };
    const one = (rule: Rule) =>
      judgeOne(parts, rule, cursors.get(rule.id), present, settledBefore, signal);
    for (const { rule, changed, tooLate, cursor, failure } of await eachOf(
      some,
      rulesAtOnce,
      one,
      signal,
    )) {
      result.judgedUntil.set(rule.id, cursor.judgedUntil);
      if (failure) {
        result.failed.push(failure);
        continue;
      }
      result.rules++;
      result.changed += changed;
      result.tooLate += tooLate;
      if (tooLate > 0) {
        const fields = { rule: { id: rule.id }, count: tooLate };
        parts.log.warn(fields, "events arrived later than `late` and are left out");
      }
      judged.push({ rule, cursor });
    }
  }
  const ids = judged.map(({ rule }) => rule.id);
  const open = await state.openHeads(ids, signal);
  const present: Present = { now, mutedBy: await mutedBy() };
  for (const { rule, cursor } of judged) {
    const own = open.filter(({ value }) => value.rule === rule.id);
    if (own.length === 0) continue;
    // Judging has cleared what was noted of the pass before.
    const before = cursors.get(rule.id)?.value ?? cursor;
    const failure = await guarded(parts, rule, before, now, signal, () =>
      sweep(parts, rule, cursor, own, present, signal),
    );
    if (failure) result.failed.push(failure);
  }
  if (parts.complete) {
    const all = rules.map(({ id }) => id);
    result.changed += await endRemoved(parts, all, now, signal);
  }
  result.problems.push(...problemsOf(result.failed));
  return result;
}

interface Judged {
  rule: Rule;
  changed: number;
  tooLate: number;
  cursor: Cursor;
  failure?: Failure;
}

/** One rule's part of a pass. */
async function judgeOne(
  parts: PassOptions,
  rule: Rule,
  known: Versioned<Cursor> | undefined,
  present: Present,
  settledBefore: number,
  signal: AbortSignal,
): Promise<Judged> {
  const { now } = present;
  const stored = known ?? {
    value: firstCursor(rule, parts.from, now, settledBefore),
    version: undefined,
  };
  let judged: Judged = { rule, changed: 0, tooLate: 0, cursor: stored.value };
  const failure = await guarded(parts, rule, stored.value, now, signal, async () => {
    judged = { rule, ...(await judgeRule(parts, rule, stored, settledBefore, present, signal)) };
  });
  return failure ? { ...judged, failure } : judged;
}

/** A rule that was never judged begins in the past, so that nothing between two starts of a new rule is lost. */
function firstCursor(
  rule: Rule,
  from: number | Date | undefined,
  now: number,
  settledBefore: number,
): Cursor {
  const start = from instanceof Date ? from.getTime() : now - (from ?? rule.lateMs);
  const judgedUntil = Math.min(start, endOf(rule, now));
  return {
    rule: rule.id,
    hash: rule.hash,
    judgedUntil,
    since: judgedUntil,
    begunAt: now,
    watermark: settledBefore,
    passedAt: now,
  };
}
