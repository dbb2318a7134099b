import { AppError } from "../lib/errors.ts";
import { onHangup, untilStopped } from "../lib/shutdown.ts";
import { openAlerting } from "./alerting.ts";
import { openContext, withConfig, type ConfigOptions } from "./context.ts";
import type { AddCommand, Io } from "./io.ts";
import { waitForSetup } from "./ship.ts";

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
      if (options.once) await watchOnce(options, now, io);
      else await untilStopped(io.signal, () => watchAlways(options, io));
    });
};

async function watchAlways(options: Options, io: Io): Promise<void> {
  // What it asks for is read later anyway while the watcher is still being opened; without a listener it would end us.
  using _early = onHangup(() => undefined);
  await using context = await openContext(options, io);
  await waitForSetup(context, io.signal);
  const alerting = await openAlerting(context, io.signal);
  await alerting.run(io.signal);
}

async function watchOnce(options: Options, now: () => Date, io: Io): Promise<void> {
  await using context = await openContext(options, io);
  await waitForSetup(context, io.signal);
  const alerting = await openAlerting(context, io.signal);
  const { judged, delivered } = await alerting.pass(now(), io.signal);
  const failed = judged.failed.map(({ rule, error }) => ({ rule, reason: error.message }));
  const { rules, changed, tooLate } = judged;
  if (options.json)
    await io.out(
      `${JSON.stringify({ rules, changed, too_late: tooLate, failed, ...delivered })}\n`,
    );
  else await io.out(`${rules} rules judged, ${changed} groups changed\n`);
  const [first] = judged.failed;
  if (first) throw first.error;
}

/** The clock of judging. @throws USAGE_TIME. */
function pointInTime({ once, at }: Options): () => Date {
  if (at === undefined) return () => new Date();
  const time = new Date(at);
  if (once && !Number.isNaN(time.getTime())) return () => time;
  throw new AppError("USAGE_TIME", once ? `--at ${at} is no time` : "--at needs --once", {
    hint: "write for example watch --once --at 2026-11-19T18:00:00Z",
  });
}
