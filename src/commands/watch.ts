import { AppError } from "../lib/errors.ts";
import { amount } from "../notify/when.ts";
import { ignoreHangup, untilStopped } from "../lib/shutdown.ts";
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
    .action((options: Options) =>
      options.once ? watch(options, io) : untilStopped(io.signal, () => watch(options, io)),
    );
};

async function watch(options: Options, io: Io): Promise<void> {
  const now = pointInTime(options);
  using _hangup = options.once ? undefined : ignoreHangup();
  await using context = await openContext(options, io);
  await waitForSetup(context, io.signal);
  const alerting = await openAlerting(context, io.signal);
  if (!options.once) {
    await alerting.run(io.signal);
    return;
  }
  const { judged, delivered } = await alerting.pass(now(), io.signal);
  const failed = judged.failed.map(({ rule, error }) => ({ rule, reason: error.message }));
  const { rules, changed, tooLate } = judged;
  if (options.json)
    await io.out(
      `${JSON.stringify({ rules, changed, too_late: tooLate, failed, ...delivered })}\n`,
    );
  else await io.out(`${amount(rules, "rule")} judged, ${amount(changed, "group")} changed\n`);
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
