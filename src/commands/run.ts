import { createDocuments } from "../es/documents.ts";
import { ignoreHangup, untilStopped } from "../lib/shutdown.ts";
import type { Problem } from "../model/notification.ts";
import { createMetrics } from "../observe/metrics.ts";
import { serveHealth } from "../observe/server.ts";
import { checkAudiences, createReportSchedule, type ReportJob } from "../report/schedule.ts";
import { openAlerting } from "./alerting.ts";
import { openContext, withConfig, type ConfigOptions, type Context } from "./context.ts";
import type { AddCommand, Io } from "./io.ts";
import { guardPasses } from "./guard.ts";
import { openOutbox } from "./outbox.ts";
import { reportOf } from "./reporting.ts";
import { shipAll, type Waiting } from "./shipping.ts";
import { waitForSetup } from "./ship.ts";

/** `leafwatch run`: ship, watch and report in one process. */
export const runCommand: AddCommand = (program, io) => {
  withConfig(program.command("run"))
    .description("ship, watch and report in one process")
    .action((options: ConfigOptions) => untilStopped(io.signal, () => runAlways(options, io)));
};

async function runAlways(options: ConfigOptions, io: Io): Promise<void> {
  using _hangup = ignoreHangup();
  await using context = await openContext(options, io);
  const { config, log } = context;
  checkAudiences(config.report);
  const metrics = createMetrics();
  let problem: string | undefined = "no pass of the watcher yet";
  const waiting: Waiting = { reasons: () => [] };
  const problems = () => [...(problem === undefined ? [] : [problem]), ...waiting.reasons()];
  await using _health = config.listen
    ? await serveHealth(config.listen, metrics, problems)
    : undefined;
  await waitForSetup(context, io.signal, waiting);
  log.info({ hosts: config.hosts.length }, "started");
  // Whichever fails for good stops the others, and its error is the command's.
  const failure = new AbortController();
  const signal = AbortSignal.any([io.signal, failure.signal]);
  const until = async (part: Promise<unknown>) => {
    try {
      await part;
    } catch (error) {
      failure.abort();
      throw error;
    }
  };
  const troubles = new Map<string, Problem>();
  const more = () => [...troubles.values()];
  const alerting = await openAlerting(context, signal, { more, metrics });
  await Promise.all([
    until(shipAll(context, { once: false, metrics, troubles, waiting }, signal)),
    until(
      alerting.run(signal, (error) => {
        problem = error === undefined ? undefined : "the last pass of the watcher failed";
        metrics.passes.inc({ result: error === undefined ? "complete" : "failed" });
        if (error === undefined) metrics.lastPassSeconds.set(Date.now() / 1000);
      }),
    ),
    until(runReports(context, signal)),
    until(guardPasses(context, signal)),
  ]);
  log.info("stopped");
}

/** Sends each audience its report when it comes due, until `signal` aborts. */
export async function runReports(context: Context, signal: AbortSignal): Promise<void> {
  const { config, client, log } = context;
  const outbox = await openOutbox(context, signal);
  const schedule = createReportSchedule({
    jobs: createDocuments<ReportJob>(client, `leafwatch-jobs-${config.namespace}`),
    timezone: config.timezone,
    audiences: config.report,
    build: (audience, week, now, stop) => reportOf(context, audience, week, now, stop),
    enqueue: outbox.enqueueMail.bind(outbox),
    log,
  });
  await schedule.run(signal);
}
