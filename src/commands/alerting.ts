import { onSchedule } from "../lib/cron.ts";
import { isAbort } from "../lib/errors.ts";
import { onHangup } from "../lib/shutdown.ts";
import type { Problem } from "../model/notification.ts";
import { beat } from "../notify/heartbeat.ts";
import type { Delivered } from "../notify/outbox/deliver.ts";
import { loadMutes } from "../watch/mute-file.ts";
import { createReloader, type WatchFiles } from "../watch/reload.ts";
import { createWatcher, type PassResult } from "../watch/watcher.ts";
import type { Context } from "./context.ts";
import { openOutbox } from "./outbox.ts";
import { rulesOf } from "./rules-of.ts";

export interface Alerting {
  pass(now: Date, signal: AbortSignal): Promise<{ judged: PassResult; delivered: Delivered }>;
  /**
   * Passes at every tick until `signal` aborts; a pass that fails is logged and tried again at the next tick. Rule
   * and mute files that change are read again, at SIGHUP in any case.
   */
  run(signal: AbortSignal, onPass?: (error?: unknown) => void): Promise<void>;
}

/** The watcher and the outbox, wired. `more` are troubles of other parts that operators must learn of. */
export async function openAlerting(
  context: Context,
  signal: AbortSignal,
  more: () => readonly Problem[] = () => [],
): Promise<Alerting> {
  const { config, client, log } = context;
  const outbox = await openOutbox(context, signal);
  const load = async (): Promise<WatchFiles> => {
    const { mutes } = config.watch;
    return {
      set: await rulesOf(config),
      mutes: mutes === undefined ? [] : await loadMutes(mutes),
      files: mutes === undefined ? [] : [mutes],
    };
  };
  const first = await load();
  for (const { file, line, column, message } of first.set.problems) {
    log.error({ file: { path: file }, line, column, reason: message }, "a rule is refused");
  }
  const watcher = createWatcher({
    client,
    namespace: config.namespace,
    rules: first.set.rules,
    mutes: first.mutes,
    enqueue: outbox.enqueue.bind(outbox),
    log,
    ...(config.watch.from !== undefined && { from: config.watch.from }),
  });
  const reloader = createReloader(watcher, first, load);
  let forced = false;
  const alerting: Alerting = {
    async pass(now, stop) {
      const refused = await reloader.refresh(forced);
      forced = false;
      const judged = await watcher.pass(now, stop);
      const problems = [...refused, ...judged.problems, ...more()];
      await outbox.reportProblems("watch", problems, now, stop);
      const delivered = await outbox.deliver(now, stop);
      const { heartbeat } = config.watch;
      if (heartbeat !== undefined && judged.failed.length === 0) {
        await beat(heartbeat, stop).catch((error: unknown) => {
          if (stop.aborted) throw error;
          log.warn({ err: error }, "the heartbeat was not taken");
        });
      }
      return { judged, delivered };
    },
    async run(stop, onPass) {
      using _hangup = onHangup(() => {
        forced = true;
      });
      const everyMs = Math.min(60_000, ...watcher.rules.map((rule) => rule.everyMs));
      const tick = async () => {
        try {
          await alerting.pass(new Date(), stop);
          onPass?.();
        } catch (error) {
          if (stop.aborted || isAbort(error)) return;
          log.error({ err: error }, "a pass failed; the next tick tries again");
          onPass?.(error);
        }
      };
      await tick();
      await onSchedule(ticks(everyMs), "UTC", tick, stop);
    },
  };
  return alerting;
}

/** A cron expression that ticks at least every `everyMs`: rules look at the clock themselves whether they are due. */
function ticks(everyMs: number): string {
  const seconds = Math.max(1, Math.floor(everyMs / 1000));
  return seconds < 60 ? `*/${seconds} * * * * *` : "0 * * * * *";
}
