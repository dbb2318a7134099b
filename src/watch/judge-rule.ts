import { AppError } from "../lib/errors.ts";
import { without } from "../lib/without.ts";
import { both, type Filter } from "./filter.ts";
import { groupKey, ofAnyAge, type Group, type Range } from "./events.ts";
import type { Present, WatchParts } from "./parts.ts";
import type { Rule } from "./rule.ts";
import { settle, type Settling } from "./settle.ts";
import { begunAt, type Cursor, type Versioned } from "./state.ts";

/** One query looks at so much of event time at most. */
const stepMs = 6 * 3_600_000;

/** With more candidates than this a long step is halved: most of them would be candidates of length alone. */
const manyGroups = 200;

/**
 * How far behind now the watermark of `event.ingested` stays, beside the time for which a stored event may be hidden: one
 * stamped before it is visible for certain. 60 s of delay, 30 s until a bulk request is given up.
 */
export const unsettledMs = 90_000;

/** The refresh interval of our templates: a stream may come into being while a pass is under way. */
export const leastHiddenMs = 5000;

/** So much the clocks of two watchers may differ. */
const skewMs = 5000;

/** What is kept of a group beyond the last event that may still arrive for it: an episode's gap and an hour. */
const keptMs = 25 * 3_600_000;

/** The last `every` before now − `delay`: what is judged up to. */
export const endOf = (rule: Pick<Rule, "everyMs" | "delayMs">, now: number) =>
  Math.floor((now - rule.delayMs) / rule.everyMs) * rule.everyMs;

export interface RulePass {
  /** Groups whose head changed. */
  changed: number;
  /** Events that have arrived since the pass before and are left out, being later than `late`. */
  tooLate: number;
  cursor: Cursor;
}

/**
 * Judges one rule up to the present: late events before the cursor first, then on from the cursor in bounded steps. The
 * cursor moves only when everything before it is written.
 *
 * @throws AppError of the first search or write that failed; the cursor then stands where the last complete step ended.
 */
export async function judgeRule(
  parts: WatchParts,
  rule: Rule,
  stored: Versioned<Cursor>,
  settledBefore: number,
  present: Present,
  signal: AbortSignal,
): Promise<RulePass> {
  await requireMapped(parts, rule, signal);
  let { value: cursor, version } = stored;
  let changed = 0;
  const end = endOf(rule, present.now);
  const forgetBefore = () => Math.min(cursor.judgedUntil, cursor.watermark) - rule.lateMs - keptMs;

  // The clock has been set back: what arrived while it was ahead lies before the watermark and was not looked for.
  const setBack = cursor.watermark > settledBefore + skewMs;
  const arrivedFrom = setBack
    ? settledBefore - rule.lateMs
    : Math.min(cursor.watermark, settledBefore);
  for (const work of await lateWork(parts, rule, cursor, arrivedFrom, signal)) {
    const settling = { ...work, forgetBefore: forgetBefore(), tip: end };
    changed += await settle(parts, rule, settling, present, signal);
  }
  const { watermark: seenUntil } = cursor;
  const overdue = await overdueCount(parts, rule, seenUntil, settledBefore, signal);
  let tooLate = 0;
  do {
    const limits = { forgetBefore: forgetBefore(), tip: end };
    const to = Math.max(cursor.judgedUntil, Math.min(cursor.judgedUntil + stepMs, end));
    const range = { from: cursor.judgedUntil, to, since: begunAt(cursor) };
    changed += await judgeStep(parts, rule, range, limits, present, signal);
    const done = to >= end;
    const rest = without(cursor, "error");
    const next: Cursor = {
      ...rest,
      hash: rule.hash,
      judgedUntil: to,
      // Only a pass that caught up has seen everything that arrived before it began.
      watermark: done ? settledBefore : cursor.watermark,
      // Another watcher may have counted them.
      tooLate: (cursor.tooLate ?? 0) + (done && cursor.watermark === seenUntil ? overdue : 0),
      passedAt: present.now,
    };
    const saved = await parts.state.saveCursor(next, version, signal);
    if (saved === false) {
      // Another watcher judged the same: go on where it is.
      const theirs = (await parts.state.cursors(signal)).get(rule.id);
      if (!theirs) {
        throw new AppError(
          "CURSOR_LOST",
          `rule ${rule.id}: its cursor was deleted while it was judged`,
          {
            retryable: true,
            hint: "nothing to do: the next pass begins anew",
          },
        );
      }
      ({ value: cursor, version } = theirs);
    } else {
      tooLate += (next.tooLate ?? 0) - (cursor.tooLate ?? 0);
      cursor = next;
      version = saved;
    }
  } while (cursor.judgedUntil < end);
  return { changed, tooLate, cursor };
}

async function judgeStep(
  parts: WatchParts,
  rule: Rule,
  range: Range,
  limits: Pick<Settling, "forgetBefore" | "tip">,
  present: Present,
  signal: AbortSignal,
): Promise<number> {
  if (range.to <= range.from) return 0;
  const groups = await groupsToJudge(parts, rule, range, signal);
  const length = range.to - range.from;
  if (groups.length > manyGroups && length > Math.max(2 * rule.condition.reachMs, rule.everyMs)) {
    const middle = range.from + Math.floor(length / 2);
    const earlier = { ...range, to: middle };
    const later = { ...range, from: middle };
    return (
      (await judgeStep(parts, rule, earlier, limits, present, signal)) +
      (await judgeStep(parts, rule, later, limits, present, signal))
    );
  }
  return settle(parts, rule, { groups, range, ...limits }, present, signal);
}

/**
 * The candidates, and with `replace` the groups of which something is known in the range already: a watcher that died
 * before the cursor moved may have written what a late event has undone since, and that makes no candidate any more.
 */
async function groupsToJudge(
  parts: WatchParts,
  { id, condition }: Rule,
  range: Range,
  signal: AbortSignal,
): Promise<Group[]> {
  const candidates = await condition.candidates(parts.events, range, signal);
  if (condition.mode === "unite") return candidates;
  const from = range.from - condition.lengthMs;
  const known = await parts.state.headsBetween(id, from, range.to, signal);
  const groups = [...candidates, ...known.map(({ group }) => group)];
  return [...new Map(groups.map((group) => [groupKey(group), group])).values()];
}

/**
 * The groups in which events before the cursor arrived since `arrivedFrom`, and the stretches of event time in which
 * these may decide.
 */
async function lateWork(
  parts: WatchParts,
  rule: Rule,
  cursor: Cursor,
  arrivedFrom: number,
  signal: AbortSignal,
): Promise<{ range: Range; groups: Group[] }[]> {
  const { condition, groupBy } = rule;
  const { judgedUntil } = cursor;
  const slotMs = Math.max(60_000, condition.reachMs);
  const range = { from: arrivedFrom - rule.lateMs, to: judgedUntil };
  if (range.to <= range.from) return [];
  const arrived = [];
  for (const select of condition.watched) {
    const query = { select, by: groupBy, range, slotMs, ingestedFrom: arrivedFrom };
    arrived.push(...(await parts.events.tally({ ...query, measure: "documents" }, signal)));
  }
  const work: { range: Range; groups: Map<string, Group> }[] = [];
  for (const { first, last, group } of arrived.sort((a, b) => a.first - b.first)) {
    const to = Math.min(last + condition.reachMs + 1, judgedUntil);
    const open = work.at(-1);
    if (open && first <= open.range.to && first - open.range.from < stepMs) {
      open.range.to = Math.max(open.range.to, to);
      open.groups.set(groupKey(group), group);
    } else
      work.push({
        range: { from: first, to, since: begunAt(cursor) },
        groups: new Map([[groupKey(group), group]]),
      });
  }
  const found = [];
  for (const { range: touched, groups } of work) {
    const candidates = await groupsToJudge(parts, rule, touched, signal);
    const both = candidates.filter((group) => groups.has(groupKey(group)));
    if (both.length > 0) found.push({ range: touched, groups: both });
  }
  return found;
}

/** Events of the rule that arrived in a stretch and are later than it looks back. */
async function overdueCount(
  { events }: WatchParts,
  { condition: { shown }, lateMs }: Rule,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<number> {
  if (from >= to) return 0;
  const later: Filter = { op: "range", field: "leafwatch.delay_ms", bounds: { gt: lateMs } };
  const select = ofAnyAge({ ...shown, filter: both(shown.filter, later) });
  const arrived = { range: { from: 0, to }, ingestedFrom: from, ingestedTo: to };
  const [all] = await events.tally({ select, by: [], ...arrived, measure: "documents" }, signal);
  return all?.documents ?? 0;
}

async function requireMapped(parts: WatchParts, rule: Rule, signal: AbortSignal): Promise<void> {
  const missing = await parts.events.unmapped(rule.fields, rule.select.datasets, signal);
  if (missing.length === 0) return;
  const fields = missing.join(", ");
  throw new AppError("RULE_FIELD_UNMAPPED", `rule ${rule.id}: no mapping has ${fields}`, {
    retryable: true,
    hint: "run `leafwatch setup`, or name a field that the events have",
  });
}
