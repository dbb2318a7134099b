import { AppError, isAbort } from "../lib/errors.ts";
import type { Problem } from "../model/notification.ts";
import { foreign } from "../notify/foreign.ts";
import type { Outbox } from "../notify/outbox.ts";
import { amount } from "../notify/when.ts";
import { createDeadLetters } from "../ship/dead-letters.ts";
import { clockProblems, noteClock } from "./clocks.ts";
import type { Context } from "./context.ts";

/** What operators must know of one part; asked anew at every pass. */
export interface Area {
  /** Its problems are compared with those that the same area had before. */
  name: string;
  problems: (signal: AbortSignal) => Promise<readonly Problem[]> | readonly Problem[];
}

/** What every watcher of the namespace can see of the cluster and the other processes. */
export function clusterAreas(context: Context, clock: () => number = Date.now): Area[] {
  return [
    { name: "dead letters", problems: (signal) => deadLetterProblems(context, signal) },
    {
      name: "clocks",
      problems: async (signal) => {
        const ahead = await noteClock(context, signal, clock);
        return clockProblems(context, clock() - ahead, signal);
      },
    },
  ];
}

/** Tells operators what has begun and what is over. A part that cannot be asked just now stays as it was. */
export async function reportAreas(
  { log }: Context,
  outbox: Outbox,
  areas: readonly Area[],
  now: Date,
  signal: AbortSignal,
): Promise<void> {
  for (const { name, problems } of areas) {
    let current: readonly Problem[];
    try {
      current = await problems(signal);
    } catch (error) {
      if (isAbort(error) || !(error instanceof AppError)) throw error;
      log.warn(
        { area: name, code: error.code, reason: error.message },
        "a look at Leafwatch itself failed",
      );
      continue;
    }
    await outbox.reportProblems(name, current, now, signal);
  }
}

/** Events that Elasticsearch refused and nobody has settled. */
async function deadLetterProblems(
  { client, config: { namespace } }: Context,
  signal: AbortSignal,
): Promise<Problem[]> {
  const letters = createDeadLetters(client, namespace);
  const count = await letters.count(signal);
  if (count === 0) return [];
  const [oldest] = await letters.list({ limit: 1 }, signal);
  const example = oldest
    ? `The oldest: ${oldest.letter.index}, ${oldest.time}: ${foreign(oldest.reason, 300)}\n`
    : "";
  return [
    {
      key: "dead-letters",
      level: "high",
      title: "Elasticsearch has refused events",
      detail:
        `${amount(count, "event")} could not be stored where they belong and ${count === 1 ? "is" : "are"} kept as dead letters; no rule sees them.\n${example}` +
        "leafwatch dead-letters list shows them all. When the cause is mended, leafwatch dead-letters retry stores them; drop gives them up.",
    },
  ];
}
