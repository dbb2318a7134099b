import { createDocuments } from "../es/documents.ts";
import { outboxFigures } from "../notify/figures.ts";
import { buildReport } from "../report/build.ts";
import type { ReportFacts } from "../report/facts.ts";
import type { Report } from "../report/model.ts";
import type { Audience } from "../report/options.ts";
import { readRoster } from "../report/roster.ts";
import { earlierRules, saveRules, type RulesOfWeek } from "../report/rule-history.ts";
import type { Interval, Week } from "../report/week.ts";
import { elasticState } from "../watch/elastic-state.ts";
import type { Cursor } from "../watch/state.ts";
import type { Context } from "./context.ts";
import { rulesOf } from "./rules-of.ts";

/** The report of one week for one audience: what can be counted, and what only watcher and notifier know. */
export async function reportOf(
  context: Context,
  audience: Partial<Audience>,
  week: Week,
  now: Date,
  signal: AbortSignal,
): Promise<Report> {
  const { config, client } = context;
  const { check_in: checkIn } = config;
  const interval = { from: week.from, to: now < week.to ? now : week.to };
  return buildReport(
    {
      client,
      namespace: config.namespace,
      week,
      now,
      audience,
      expected: config.hosts.flatMap(({ name, logs }) =>
        logs.map(({ format }) => ({ host: name, dataset: format })),
      ),
      ...(checkIn && {
        checkIn: {
          options: checkIn,
          ...(checkIn.roster !== undefined && { roster: await readRoster(checkIn.roster) }),
        },
      }),
      facts: await factsOf(context, week, interval, signal),
    },
    signal,
  );
}

async function factsOf(
  context: Context,
  week: Week,
  interval: Interval,
  signal: AbortSignal,
): Promise<ReportFacts> {
  const { config, client } = context;
  const { rules } = await rulesOf(config);
  const jobs = createDocuments<RulesOfWeek>(client, `leafwatch-jobs-${config.namespace}`);
  const earlier = await earlierRules(jobs, week, signal);
  const cursors = await elasticState(client, config.namespace).cursors(signal);
  const covered = rules.map(({ id }) => coverage(cursors.get(id)?.value, interval));
  const { states, repeated } = await outboxFigures(client, config.namespace, signal, interval);
  const ruleFacts = rules.map(({ id, title, level, hash }, i) => ({
    id,
    title,
    level,
    hash,
    coveragePercent: percent(covered[i] ?? 0),
  }));
  await saveRules(jobs, week, ruleFacts, signal);
  return {
    rules: ruleFacts,
    ...(earlier && { earlier }),
    ...(rules.length > 0 && {
      coveragePercent: percent(covered.reduce((sum, share) => sum + share, 0) / rules.length),
    }),
    mails: {
      sent: states.sent ?? 0,
      waiting: (states.queued ?? 0) + (states.retry ?? 0) + (states.sending ?? 0),
      dead: states.dead ?? 0,
      retried: Object.values(repeated).reduce((sum, count) => sum + count, 0),
    },
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
