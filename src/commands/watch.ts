import { AppError, isAbort } from "../lib/errors.ts";
import { onSchedule } from "../lib/cron.ts";
import { beat } from "../notify/heartbeat.ts";
import type { Delivered } from "../notify/outbox/deliver.ts";
import { createWatcher, type PassResult } from "../watch/watcher.ts";
import { openContext, withConfig, type ConfigOptions, type Context } from "./context.ts";
import type { AddCommand } from "./io.ts";
import { openOutbox } from "./outbox.ts";
import { rulesOf } from "./rules-of.ts";

interface Options extends ConfigOptions {
  once?: boolean;
  at?: string;
  json?: boolean;
}

/** `leafwatch watch`: judges the rules and tells people. */
export const watchCommand: AddCommand = (program, io) => {
  withConfig(program.command("watch"))
    .description("judge the rules and send alerts")
    .option("--once", "one pass, then end")
    .option("--at <time>", "with --once: judge as if the clock stood there (ISO 8601)")
    .option("--json", "with --once: print what the pass did as JSON")
    .action(async (options: Options) => {
      const now = pointInTime(options);
      await using context = await openContext(options, io);
      const alerting = await openAlerting(context, io.signal);
      if (!options.once) {
        await alerting.run(io.signal);
        return;
      }
      const { judged, delivered } = await alerting.pass(now(), io.signal);
      const failed = judged.failed.map(({ rule, error }) => ({ rule, reason: error.message }));
      const { rules, changed } = judged;
      if (options.json)
        await io.out(`${JSON.stringify({ rules, changed, failed, ...delivered })}\n`);
      else await io.out(`${rules} rules judged, ${changed} groups changed\n`);
      const [first] = judged.failed;
      if (first) throw first.error;
    });
};

/** The clock of judging. @throws USAGE_TIME. */
function pointInTime({ once, at }: Options): () => Date {
  if (at === undefined) return () => new Date();
  const time = new Date(at);
  if (once && !Number.isNaN(time.getTime())) return () => time;
  throw new AppError("USAGE_TIME", once ? `--at ${at} is no time` : "--at needs --once", {
    hint: "write for example watch --once --at 2026-11-19T18:00:00Z",
  });
}

export interface Alerting {
  pass(now: Date, signal: AbortSignal): Promise<{ judged: PassResult; delivered: Delivered }>;
  /** Passes at every tick until `signal` aborts; a pass that fails is logged and tried again at the next tick. */
  run(signal: AbortSignal, onPass?: (error?: unknown) => void): Promise<void>;
}

/** The watcher and the outbox, wired. */
export async function openAlerting(context: Context, signal: AbortSignal): Promise<Alerting> {
  const { config, client, log } = context;
  const outbox = await openOutbox(context, signal);
  const set = await rulesOf(config);
  for (const { file, line, column, message } of set.problems) {
    log.error({ file: { path: file }, line, column, reason: message }, "a rule is refused");
  }
  const watcher = createWatcher({
    client,
    namespace: config.namespace,
    rules: set.rules,
    enqueue: outbox.enqueue.bind(outbox),
    log,
    ...(config.watch.from !== undefined && { from: config.watch.from }),
  });
  const alerting: Alerting = {
    async pass(now, stop) {
      const judged = await watcher.pass(now, stop);
      await outbox.reportProblems("watch", judged.problems, now, stop);
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
      const everyMs = Math.min(60_000, ...set.rules.map((rule) => rule.everyMs));
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
