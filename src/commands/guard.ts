import { setTimeout as sleep } from "node:timers/promises";
import { AppError, isAbort, messageOf } from "../lib/errors.ts";
import { tellAtOnce } from "../notify/at-once.ts";
import { createChannels } from "../notify/recipients.ts";
import type { Context } from "./context.ts";
import { openOutbox } from "./outbox.ts";
import { lastPass, passArea, passProblems } from "./passes.ts";

/** Between two looks. */
const everyMs = 60_000;

/**
 * Watches the watcher until `signal` aborts: where passes stop (they fail, or hang) operators are told by this loop,
 * which shares nothing with them. While Elasticsearch cannot be reached there is no outbox; then the mail is sent
 * without one, once at the beginning and once at the end.
 */
export async function guardPasses(
  context: Context,
  signal: AbortSignal,
  { pauseMs = everyMs, clock = Date.now }: { pauseMs?: number; clock?: () => number } = {},
): Promise<void> {
  const { config, client, log } = context;
  const limitMs = config.watch.no_pass_after;
  // Before, nobody of us could have made a pass.
  let since = clock();
  const outbox = await openOutbox(context, signal);
  let away: { reason: string; told: boolean } | undefined;
  const tell = async (over: boolean, why: string) => {
    const { notify, timezone } = config;
    const now = clock();
    const [problem] = passProblems(since, now, over ? 0 : limitMs, ` ${why}`);
    if (!notify || !problem) return false;
    const word = {
      problem,
      over,
      since: new Date(since).toISOString(),
      at: new Date(now).toISOString(),
    };
    log.error({ reason: why }, "no pass: operators are told without the outbox");

    return tellAtOnce(createChannels(notify, log), notify.operations, word, timezone, signal);
  };
  const look = async () => {
    let last: number | undefined;
    try {
      last = await lastPass(client, config.namespace, signal);
    } catch (error) {
      if (isAbort(error) || !(error instanceof AppError)) throw error;
      away ??= { reason: `Elasticsearch: ${error.message}`, told: false };
      if (!away.told) away.told = await tell(false, away.reason);
      return;
    }
    if (away) {
      if (away.told && !(await tell(true, "Elasticsearch can be reached again."))) return;
      away = undefined;
      since = clock();
    }
    since = Math.max(since, last ?? 0);
    const problems = clock() - since > limitMs ? passProblems(last, clock(), limitMs) : [];
    if (problems.length === 0) return;
    // That it is over is for the watcher to say, when it passes again.
    await outbox.reportProblems(passArea, problems, new Date(clock()), signal);
    await outbox.deliver(new Date(clock()), signal);
  };
  try {
    for (;;) {
      await sleep(pauseMs, undefined, { signal });
      await look().catch((error: unknown) => {
        if (signal.aborted || isAbort(error)) throw error;
        log.error({ reason: messageOf(error) }, "the watcher could not be watched");
      });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
