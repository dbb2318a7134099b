import { silentLog } from "../lib/log.ts";
import { isRaised, type Transition } from "../model/alert.ts";
import { ofAnyAge, type EventStore } from "./events.ts";
import { memoryState } from "./memory-state.ts";
import type { Rule } from "./rule.ts";
import type { WatchState } from "./state.ts";
import { watcherOver } from "./watcher.ts";

/** What a rule would have done. */
export interface BacktestedRule {
  rule: string;
  alerts: number;
  alerts_per_week: number;
  /** Mails that would have gone, by transition. */
  mails: Record<Transition, number>;
  /** Alerts by the weekday of their first event in the rule's zone. */
  by_weekday: Record<string, number>;
  /** Why it could not be judged. */
  error?: string;
}

export interface Backtest {
  from: string;
  to: string;
  weeks: number;
  alerts: number;
  mails: number;
  rules: BacktestedRule[];
}

const weekMs = 7 * 86_400_000;
const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/**
 * Judges stored events of the past as a watcher would have, and writes nothing. Lateness does not count: history may
 * have been imported. Repeats are those of an alert that nobody acknowledges.
 */
export async function backtest(
  rules: readonly Rule[],
  store: EventStore,
  range: { from: Date; to: Date },
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<Backtest> {
  const weeks = (range.to.getTime() - range.from.getTime()) / weekMs;
  const tested: BacktestedRule[] = [];
  for (const [i, rule] of rules.entries()) {
    const share = (part: number) => {
      progress((i + part) / rules.length);
    };
    tested.push(await backtestRule(rule, store, range, weeks, share, signal));
  }
  progress(1);
  return {
    from: range.from.toISOString(),
    to: range.to.toISOString(),
    weeks: Math.round(weeks * 1000) / 1000,
    alerts: tested.reduce((sum, { alerts }) => sum + alerts, 0),
    mails: tested.reduce(
      (sum, { mails }) => sum + mails.active + mails.repeat + mails.recovered,
      0,
    ),
    rules: tested,
  };
}

async function backtestRule(
  rule: Rule,
  store: EventStore,
  { from, to }: { from: Date; to: Date },
  weeks: number,
  share: (part: number) => void,
  signal: AbortSignal,
): Promise<BacktestedRule> {
  const state = memoryState();
  const mails: Record<Transition, number> = { active: 0, repeat: 0, recovered: 0 };
  const lengthMs = to.getTime() - from.getTime();
  const watched: WatchState = {
    ...state,
    saveCursor(cursor, version, stop) {
      share((cursor.judgedUntil - from.getTime()) / lengthMs);
      return state.saveCursor(cursor, version, stop);
    },
  };
  const watcher = watcherOver({
    state: watched,
    events: timeless(store),
    namespace: "backtest",
    rules: [rule],
    enqueue: async ({ transition }) => {
      // All of it is judged in one pass: repeats are reckoned from how long alerts last.
      if (transition !== "repeat") mails[transition]++;
    },
    log: silentLog,
    from,
  });
  const now = new Date(to.getTime() + rule.delayMs);
  const { failed } = await watcher.pass(now, signal);
  const alerts = [...state.documents.values()]
    .map(({ leafwatch: { alert } }) => alert)
    .filter(isRaised);
  const by_weekday = Object.fromEntries(weekdays.map((day) => [day, 0]));
  const local = new Intl.DateTimeFormat("en", { weekday: "long", timeZone: rule.timezone });
  for (const { first_seen } of alerts) {
    const day = local.format(new Date(first_seen));
    by_weekday[day] = (by_weekday[day] ?? 0) + 1;
  }
  if (rule.notify.to.length > 0) {
    for (const { first_seen, last_seen } of alerts) {
      mails.repeat += repeatsIn(rule, Date.parse(last_seen) - Date.parse(first_seen));
    }
  }
  const [failure] = failed;
  return {
    rule: rule.id,
    alerts: alerts.length,
    alerts_per_week: Math.round((alerts.length / weeks) * 100) / 100,
    mails,
    by_weekday,
    ...(failure ? { error: failure.error.message } : {}),
  };
}

/** Mails that repeat an alert which nobody acknowledges and which lasts so long. */
function repeatsIn({ notify: { repeatMs, backoff, maxMs } }: Rule, lastsMs: number): number {
  if (repeatMs <= 0) return 0;
  let repeats = 0;
  for (let at = repeatMs; at <= lastsMs; repeats++) {
    at += Math.min(repeatMs * backoff ** (repeats + 1), maxMs);
  }
  return repeats;
}

/** The store without regard to how late events arrived, and without fetching evidence that nobody reads. */
function timeless(store: EventStore): EventStore {
  return {
    ...store,
    tally: (query, signal) =>
      // Nothing arrives after the fact in a back-test.
      query.ingestedFrom === undefined
        ? store.tally({ ...query, select: ofAnyAge(query.select) }, signal)
        : Promise.resolve([]),
    events: (query, signal) => store.events({ ...query, select: ofAnyAge(query.select) }, signal),
    evidence: async () => ({ top: {}, lines: [], distinct: {} }),
  };
}
