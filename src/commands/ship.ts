import { createMetrics } from "../observe/metrics.ts";
import { checkSetup } from "../es/templates.ts";
import { AppError } from "../lib/errors.ts";
import { amount } from "../notify/when.ts";
import { retry } from "../lib/backoff.ts";
import { untilStopped } from "../lib/shutdown.ts";
import { serveHealth } from "../observe/server.ts";
import { noteClockAlways } from "./clocks.ts";
import { openContext, withConfig, type ConfigOptions, type Context } from "./context.ts";
import type { AddCommand, Io } from "./io.ts";
import { shipAll, showStored, type Waiting } from "./shipping.ts";
import type { StreamFailure } from "./stages.ts";

interface Options extends ConfigOptions {
  once?: boolean;
  json?: boolean;
}

/** `leafwatch ship`: lines of all hosts into Elasticsearch. */
export const shipCommand: AddCommand = (program, io) => {
  withConfig(program.command("ship"))
    .description("read the logs of all hosts into Elasticsearch")
    .option("--once", "read what is there now to the end of each file, then end")
    .option("--json", "with --once: print what was done as JSON")
    .action((options: Options) =>
      options.once ? ship(options, io) : untilStopped(io.signal, () => ship(options, io)),
    );
};

async function ship(options: Options, io: Io): Promise<void> {
  await using context = await openContext(options, io);
  const metrics = createMetrics();
  const { listen } = context.config;
  const serve = listen !== undefined && !options.once;
  const waiting: Waiting = { reasons: () => [] };
  await using _health = serve
    ? await serveHealth(listen, metrics, () => waiting.reasons())
    : undefined;
  await waitForSetup(context, io.signal, waiting);
  const stop = new AbortController();
  const watching = options.once ? undefined : noteClockAlways(context, stop.signal);
  const { stats, failures } = await shipAll(
    context,
    { once: options.once ?? false, metrics, waiting },
    io.signal,
  ).finally(() => {
    stop.abort();
  });
  await watching;
  if (options.once) await showStored(context, io.signal);
  const { stored, existed, deadLettered } = stats;
  const result = {
    stored: stored - existed,
    dead_lettered: deadLettered,
    failed: failures.map(({ host, stream, error }) => ({
      host,
      stream,
      code: error.code,
      reason: error.message,
    })),
  };
  if (options.json) await io.out(`${JSON.stringify(result)}\n`);
  else if (options.once) {
    await io.out(
      `${amount(result.stored, "new event")}, ${amount(deadLettered, "dead letter")}, ${amount(failures.length, "stream")} failed\n`,
    );
  }
  if (failures.length > 0 && !io.signal.aborted) throw failuresError(failures);
}

/** Waits for a cluster that is not there yet, saying so, in `waiting` too; anything else it answers counts. */
export async function waitForSetup(
  { client, config, log }: Context,
  signal: AbortSignal,
  waiting: Waiting = { reasons: () => [] },
): Promise<void> {
  let reason = "waiting for Elasticsearch";
  waiting.reasons = () => [reason];
  await retry(
    () => checkSetup(client, config.namespace, signal),
    {
      minMs: 1000,
      maxMs: 30_000,
      onRetry: (error) => {
        reason = `waiting for Elasticsearch: ${error.message}`;
        log.warn({ reason: error.message, err: error }, "waiting for Elasticsearch");
      },
    },
    signal,
  );
  waiting.reasons = () => [];
}

/** Names every stream that could not be read. */
export function failuresError(failures: readonly StreamFailure[]): AppError {
  const lines = failures.map(({ host, stream, error }) => `${host}: ${stream}: ${error.message}`);
  const hints = [...new Set(failures.map(({ error }) => error.hint))];
  const message = [`${failures.length} of the streams could not be read:`, ...lines].join("\n");
  return new AppError("SHIP_INCOMPLETE", message, { hint: hints.join("; ") });
}
