import { createDocuments } from "../es/documents.ts";
import { outboxFigures } from "../notify/figures.ts";
import type { ReportFacts, RuleFacts } from "../report/facts.ts";
import type { Mails } from "../report/model/rules.ts";
import { earlierRules, saveRules, type RulesOfWeek } from "../report/rule-history.ts";
import { weekBefore, weekOf, type Interval, type Week } from "../report/week.ts";
import { elasticState } from "../watch/elastic-state.ts";
import { failuresBetween } from "../watch/failures.ts";
import { loadMutes } from "../watch/mute-file.ts";
import type { Mute } from "../watch/mutes.ts";
import type { Rule } from "../watch/rule.ts";
import type { Cursor } from "../watch/state.ts";
import type { Context } from "./context.ts";
import { rulesOf } from "./rules-of.ts";

/** What only the watcher, the notifier and the config know of a week. */
export async function factsOf(
  context: Context,
  week: Week,
  now: Date,
  signal: AbortSignal,
): Promise<ReportFacts> {
  const { config, client } = context;
  const interval = { from: week.from, to: now < week.to ? now : week.to };
  const { rules } = await rulesOf(config);
  const mutes = config.watch.mutes === undefined ? [] : await loadMutes(config.watch.mutes);
  const jobs = createDocuments<RulesOfWeek>(client, `leafwatch-jobs-${config.namespace}`);
  const earlier = await earlierRules(jobs, week, signal);
  const cursors = await elasticState(client, config.namespace).cursors(signal);
  const judged = rules.map((rule) => coverage(cursors.get(rule.id)?.value, interval));
  const facts = rules.map((rule, i) =>
    ruleFacts(rule, cursors.get(rule.id)?.value, judged[i] ?? 0, interval, now),
  );
  // Only the week that has just ended is known by today's rules.
  if (week.id === weekBefore(weekOf(now, week.timezone), 1).id) {
    await saveRules(jobs, week, facts, signal);
  }
  return {
    rules: facts,
    ...(earlier && { earlier }),
    ...(rules.length > 0 && {
      coveragePercent: percent(judged.reduce((sum, share) => sum + share, 0) / rules.length),
    }),
    mails: await mailsOf(context, interval, signal),
    mutes: mutes.map(muteFacts),
  };
}

function ruleFacts(
  { id, name, level, hash, exceptions, condition }: Rule,
  cursor: Cursor | undefined,
  judged: number,
  { from, to }: Interval,
  now: Date,
): RuleFacts {
  const span = { from: from.getTime(), to: to.getTime() };
  const failures = cursor && failuresBetween(cursor, span, now.getTime());
  const { promisedPerWeek } = condition;
  return {
    id,
    title: name,
    level,
    hash,
    coveragePercent: percent(judged),
    exceptions,
    ...(failures !== undefined && { failures }),
    ...(promisedPerWeek !== undefined && { promisedPerWeek }),
  };
}

async function mailsOf(
  { client, config }: Context,
  interval: Interval,
  signal: AbortSignal,
): Promise<Mails> {
  const figures = await outboxFigures(client, config.namespace, signal, interval);
  const { states, retried, undelivered, dead } = figures;
  return {
    sent: states.sent ?? 0,
    retried,
    waiting: (states.queued ?? 0) + (states.retry ?? 0) + (states.sending ?? 0),
    dead: states.dead ?? 0,
    undelivered,
    refused: dead
      .slice(0, 10)
      .map(({ at, address, answer, rule }) => ({ at, address, answer, rule: rule ?? null })),
  };
}

/** The latest end and the earliest beginning that ISO 8601 can name. */
const iso = (ms: number) => new Date(Math.max(-8.64e15, Math.min(8.64e15, ms))).toISOString();

function muteFacts({ rules, owner, reason, from, until }: Mute) {
  return {
    of: rules.length === 0 ? "all rules" : rules.join(", "),
    why: reason,
    owner,
    from: iso(from),
    until: iso(until),
  };
}

/** The share of `interval` that a rule has judged. */
function coverage(cursor: Cursor | undefined, { from, to }: Interval): number {
  if (!cursor) return 0;
  const start = Math.max(from.getTime(), cursor.since);
  // The newest events are judged only when they are settled; that is no gap.
  const end = Math.min(to.getTime(), Math.max(cursor.judgedUntil, cursor.passedAt));
  return Math.max(0, end - start) / Math.max(1, to.getTime() - from.getTime());
}

const percent = (share: number) => Math.round(share * 1000) / 10;
