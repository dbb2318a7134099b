import type { Client } from "@elastic/elasticsearch";
import { AppError, isAbort, messageOf } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import type { Enqueue, Problem } from "../model/notification.ts";
import { elasticEvents } from "./elastic-events.ts";
import { elasticState } from "./elastic-state.ts";
import type { EventStore } from "./events.ts";
import { eachOf } from "./each-of.ts";
import { endOf, judgeRule, unsettledMs } from "./judge-rule.ts";
import { mutesAt, type Mute } from "./mutes.ts";
import type { Present } from "./parts.ts";
import type { Rule } from "./rule.ts";
import type { Cursor, Version, Versioned, WatchState } from "./state.ts";
import { sweep } from "./sweep.ts";

/** A search that fails once is tried again at the next pass; failing so often in a row, operators are told. */
const toldAfterFailures = 3;

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
  /** Real time, against which shippers stamp `event.ingested`. */
  clock?: () => number;
}

/** What one pass did. */
export interface PassResult {
  /** Rules judged up to the present. */
  rules: number;
  /** Groups in which something changed. */
  changed: number;
  /** Rules that could not be judged now: their cursors stay and the next pass tries again. */
  failed: { rule: string; error: AppError; failures: number }[];
  /** What operators must know; a problem that is not named any more is over. */
  problems: Problem[];
  /** By rule: event time up to which it has judged, epoch milliseconds. */
  judgedUntil: ReadonlyMap<string, number>;
}

export interface Watcher {
  /** Judges every rule up to `now`. Any number of watchers may do so at once, and any may die at any point. */
  pass(now: Date, signal: AbortSignal): Promise<PassResult>;
  /** Takes another set of rules and mutes from the next pass on. */
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
  let mutes = options.mutes ?? [];
  return {
    get rules() {
      return rules;
    },
    reload(newRules, newMutes = mutes) {
      rules = newRules;
      mutes = newMutes;
    },
    pass: (now, signal) => pass({ ...options, rules, mutes, clock }, now.getTime(), signal),
  };
}

type PassOptions = WatcherOptions & {
  events: EventStore;
  state: WatchState;
  clock: () => number;
  mutes: readonly Mute[];
};

async function pass(parts: PassOptions, now: number, signal: AbortSignal): Promise<PassResult> {
  const { rules, state } = parts;
  const settledBefore = Math.min(now, parts.clock()) - unsettledMs;
  const cursors = await state.cursors(signal);
  const result: PassResult & { judgedUntil: Map<string, number> } = {
    rules: 0,
    changed: 0,
    failed: [],
    problems: [],
    judgedUntil: new Map(),
  };
  const judged = new Map<string, { rule: Rule; judgedUntil: number }>();
  const mutedBy = () => mutesAt(parts.mutes, rules, state, now, signal);
  // Rules that inhibit come first, so what they find counts for the others in the same pass.
  const inhibiting = rules.filter(({ inhibits }) => inhibits.length > 0);
  const others = rules.filter(({ inhibits }) => inhibits.length === 0);
  for (const some of [inhibiting, others]) {
    const present: Present = { now, mutedBy: await mutedBy() };
    const one = (rule: Rule) =>
      judgeOne(parts, rule, cursors.get(rule.id), present, settledBefore, signal);
    for (const { rule, changed, cursor, failure } of await eachOf(some, rulesAtOnce, one, signal)) {
      result.judgedUntil.set(rule.id, cursor.judgedUntil);
      if (failure) {
        result.failed.push(failure);
        continue;
      }
      result.rules++;
      result.changed += changed;
      judged.set(rule.id, { rule, judgedUntil: cursor.judgedUntil });
    }
  }
  await sweep(parts, judged, { now, mutedBy: await mutedBy() }, signal);
  result.problems.push(
    ...result.failed.filter(({ failures }) => failures >= toldAfterFailures).map(problemOf),
  );
  return result;
}

interface Judged {
  rule: Rule;
  changed: number;
  cursor: Cursor;
  failure?: PassResult["failed"][number];
}

/** One rule's part of a pass; what fails is noted, so that the other rules go on. */
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
  try {
    return { rule, ...(await judgeRule(parts, rule, stored, settledBefore, present, signal)) };
  } catch (error) {
    if (signal.aborted || isAbort(error)) throw error;
    const failure = await fail(parts.state, rule, stored.value, error, now, signal);
    const fields = { rule: { id: rule.id }, error: { message: messageOf(error) } };
    parts.log.warn(fields, "a rule could not be judged");
    return { rule, changed: 0, cursor: stored.value, failure };
  }
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
    watermark: settledBefore,
    passedAt: now,
  };
}

/** Notes why a rule was not judged; its cursor stays where it is. */
async function fail(
  state: WatchState,
  rule: Rule,
  before: Cursor,
  thrown: unknown,
  now: number,
  signal: AbortSignal,
): Promise<PassResult["failed"][number]> {
  const error =
    thrown instanceof AppError
      ? thrown
      : new AppError("RULE_FAILED", `rule ${rule.id}: ${messageOf(thrown)}`, {
          retryable: true,
          hint: "the next pass tries again; if it stays, `leafwatch rules check` may say more",
          cause: thrown,
        });
  const stored = await state.cursors(signal).then(
    (all) => all.get(rule.id),
    () => undefined,
  );
  const value = stored?.value ?? before;
  const failures = (value.error?.failures ?? 0) + 1;
  const version: Version = stored?.version;
  const note = {
    code: error.code,
    message: error.message,
    since: value.error?.since ?? now,
    failures,
  };
  // Where even this cannot be written the pass's result says so.
  await state.saveCursor({ ...value, error: note }, version, signal).catch((cause: unknown) => {
    if (signal.aborted) throw cause;
  });
  return { rule: rule.id, error, failures };
}

function problemOf({ rule, error, failures }: PassResult["failed"][number]): Problem {
  return {
    key: `rule-failing:${rule}`,
    level: "high",
    title: `Rule ${rule} could not be judged ${failures} times in a row`,
    detail: `${error.message} (${error.code}). ${error.hint}. Nothing is lost: it goes on where it stopped.`,
  };
}
