import { hostname } from "node:os";
import { onSchedule } from "../lib/cron.ts";
import { isAbort } from "../lib/errors.ts";
import { onHangup } from "../lib/shutdown.ts";
import type { Problem } from "../model/notification.ts";
import { beat } from "../notify/heartbeat.ts";
import type { Delivered } from "../notify/outbox/deliver.ts";
import { outboxFigures } from "../notify/figures.ts";
import type { Metrics } from "../observe/metrics.ts";
import { loadMutes } from "../watch/mute-file.ts";
import { createReloader, type WatchFiles } from "../watch/reload.ts";
import type { Rule } from "../watch/rule.ts";
import { createWatcher, type PassResult } from "../watch/watcher.ts";
import type { Context } from "./context.ts";
import { clusterAreas, reportAreas, type Area } from "./operations.ts";
import { openOutbox } from "./outbox.ts";
import { lastPass, passArea, passProblems } from "./passes.ts";
import { rulesOf } from "./rules-of.ts";

export interface Alerting {
  pass(now: Date, signal: AbortSignal): Promise<{ judged: PassResult; delivered: Delivered }>;
  /**
   * Passes at every tick until `signal` aborts; a pass that fails is logged and tried again at the next tick. Rule
   * and mute files that change are read again, at SIGHUP in any case.
   */
  run(signal: AbortSignal, onPass?: (error?: unknown) => void): Promise<void>;
}

export interface AlertingOptions {
  /** Troubles of other parts of this process that operators must learn of. */
  more?: () => readonly Problem[];
  metrics?: Metrics;
  /** The clock of this machine. */
  clock?: () => number;
}

/** The watcher and the outbox, wired. */
export async function openAlerting(
  context: Context,
  signal: AbortSignal,
  { more = () => [], metrics, clock = Date.now }: AlertingOptions = {},
): Promise<Alerting> {
  const { config, client, log } = context;
  const outbox = await openOutbox(context, signal, () => watcher.rules);
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
    complete: first.set.problems.length === 0,
    enqueue: outbox.enqueue.bind(outbox),
    log,
    ...(config.watch.from !== undefined && { from: config.watch.from }),
  });
  const reloader = createReloader(watcher, first, load, log);
  // What another process on another machine cannot see, and so must not call over.
  const here = `process on ${hostname()}`;
  const alerting: Alerting = {
    async pass(now, stop) {
      const refused = await reloader.refresh(false);
      // What does not depend on the pass goes on first, whatever becomes of it.
      const [judging] = await Promise.allSettled([watcher.pass(now, stop)]);
      stop.throwIfAborted();
      const areas: Area[] = [
        { name: here, problems: () => [...refused, ...more()] },
        ...clusterAreas(context, clock),
        // Of a pass that broke off nobody knows what is over.
        ...(judging.status === "fulfilled"
          ? [{ name: "watch", problems: () => judging.value.problems }]
          : []),
      ];
      await reportAreas(context, outbox, areas, now, stop);
      const delivered = await outbox.deliver(now, stop);
      if (metrics) await measureOutbox(context, metrics, delivered, stop);
      if (judging.status === "rejected") throw judging.reason;
      const judged = judging.value;
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
      // A pass under way keeps the rules that it began with.
      using _hangup = onHangup(() => void reloader.refresh(true));
      let gap: Problem[] | undefined;
      const tick = async () => {
        try {
          // Told by the first pass, over with the second: nobody was there to tell of it in between.
          gap ??= passProblems(
            await lastPass(client, config.namespace, stop),
            Date.now(),
            config.watch.no_pass_after,
          );
          const { judged } = await alerting.pass(new Date(), stop);
          // Where every rule fails nothing is judged, and others may have told of that.
          if (judged.rules > 0 || judged.failed.length === 0) {
            await outbox.reportProblems(passArea, gap, new Date(), stop);
            gap = [];
          }
          onPass?.();
        } catch (error) {
          if (stop.aborted || isAbort(error)) return;
          log.error({ err: error }, "a pass failed; the next tick tries again");
          onPass?.(error);
        }
      };
      await tick();
      while (!stop.aborted) {
        const schedule = ticks(watcher.rules);
        const changed = new AbortController();
        const ticking = async () => {
          await tick();
          // Rules that were read again may be judged more often, or less.
          if (ticks(watcher.rules) !== schedule) changed.abort();
        };
        await onSchedule(schedule, "UTC", ticking, AbortSignal.any([stop, changed.signal]));
      }
    },
  };
  return alerting;
}

/** A cron expression that ticks as often as any rule is judged: each looks at the clock itself whether it is due. */
function ticks(rules: readonly Rule[]): string {
  const everyMs = Math.min(60_000, ...rules.map((rule) => rule.everyMs));
  const seconds = Math.max(1, Math.floor(everyMs / 1000));
  return seconds < 60 ? `*/${seconds} * * * * *` : "0 * * * * *";
}

async function measureOutbox(
  { client, config, log }: Context,
  metrics: Metrics,
  delivered: Delivered,
  signal: AbortSignal,
): Promise<void> {
  try {
    metrics.countOutbox(delivered, await outboxFigures(client, config.namespace, signal));
  } catch (error) {
    if (signal.aborted) throw error;
    log.warn({ err: error }, "the outbox could not be counted");
  }
}
