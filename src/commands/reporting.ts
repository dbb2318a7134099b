import { buildReport } from "../report/build.ts";
import type { Report } from "../report/model.ts";
import type { Audience, CheckInOptions } from "../report/options.ts";
import { readRoster } from "../report/roster.ts";
import type { Week } from "../report/week.ts";
import { parseFilter } from "../watch/filter-parse.ts";
import { queryOf } from "../watch/filter-query.ts";
import type { Context } from "./context.ts";
import { kibanaLinks } from "./outbox.ts";
import { factsOf } from "./report-facts.ts";

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
  const links = await kibanaLinks(context, signal);
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
          matching: matchingOf(checkIn),
          ...(checkIn.roster !== undefined && { roster: await readRoster(checkIn.roster) }),
        },
      }),
      ...(links && { links }),
      facts: await factsOf(context, week, now, signal),
    },
    signal,
  );
}

/** `match` in the filter language of rules; a `match` that asks for success would leave no failed tries. */
function matchingOf({ match }: CheckInOptions) {
  const { "event.outcome": _, ...tries } = match;
  // Mistakes were named when the config was read.
  const ignore = { problem: () => undefined, field: () => undefined, typeOf: () => undefined };
  return {
    checkIn: queryOf(parseFilter(match, ["match"], ignore)),
    tries: queryOf(parseFilter(tries, ["match"], ignore)),
  };
}
