import { resolve } from "node:path";
import cliProgress from "cli-progress";
import { importSource } from "../collect/import-files.ts";
import { logEntryOf, type Config, type LogEntry } from "../config/schema.ts";
import { AppError } from "../lib/errors.ts";
import { amount } from "../notify/when.ts";
import { createMetrics } from "../observe/metrics.ts";
import { formatOf, formats } from "../parse/registry.ts";
import { utc, zoneOf } from "../parse/zone.ts";
import { run } from "../pipeline.ts";
import { endless } from "../ship/doubt.ts";
import { openContext, withConfig, type ConfigOptions } from "./context.ts";
import type { AddCommand, Io } from "./io.ts";
import { failuresError, waitForSetup } from "./ship.ts";
import { showStored, withShipping } from "./shipping.ts";
import { stagesOf } from "./stages.ts";

interface Options extends ConfigOptions {
  format: string;
  host: string;
  path: string;
  timezone?: string;
  json?: boolean;
}

/** `leafwatch import`: old files, with the ids that live shipping would have given their lines. */
export const importCommand: AddCommand = (program, io) => {
  withConfig(program.command("import"))
    .description("ship old log files of this machine, plain or gzipped")
    .argument("<file...>", "files to read; one that was broken off goes on where it was")
    .requiredOption("--format <name>", `one of ${Object.keys(formats).join(", ")}`)
    .requiredOption("--host <name>", "host.name that wrote them")
    .requiredOption("--path <path>", "where the live file is on that host")
    .option(
      "--timezone <zone>",
      "zone of stamps that name none (default: the host's or the config's)",
    )
    .option("--json", "print what was done as JSON")
    .action(async (files: string[], options: Options) => {
      if (!formatOf(options.format)) throw unknownFormat(options.format);
      await using context = await openContext(options, io);
      const { config } = context;
      const zone = zoneOf(options.timezone ?? zoneNameOf(config, options.host)) ?? utc;
      await waitForSetup(context, io.signal);
      using progress = showProgress(io, files.length);
      const { stats, failures } = await withShipping(
        context,
        // Any part of a file may have been shipped live.
        { once: true, metrics: createMetrics(), reach: endless },
        async (shipping, signal) => {
          const { host, path } = options;
          const stages = stagesOf(shipping, { name: host }, entryOf(config, options), zone);
          const reading = { host, path, maxLineBytes: config.limits.line, progress: progress.tell };
          // One after the other: each is read ahead as far as memory allows.
          for (const file of new Set(files.map((name) => resolve(name))))
            await run(importSource(file, reading), stages, signal);
        },
        io.signal,
      );
      await showStored(context, io.signal);
      const result = {
        stored: stats.stored - stats.existed,
        existed: stats.existed,
        dead_lettered: stats.deadLettered,
      };
      await io.out(
        options.json
          ? `${JSON.stringify(result)}\n`
          : `${amount(result.stored, "new event")}, ${result.existed} there already, ${amount(result.dead_lettered, "dead letter")}\n`,
      );
      if (failures.length > 0 && !io.signal.aborted) throw failuresError(failures);
    });
};

/** The options of the live entry of that host and path, so that old lines are parsed as new ones are. */
function entryOf({ hosts }: Config, { host, path, format }: Options): LogEntry {
  const logs: readonly LogEntry[] = hosts.find(({ name }) => name === host)?.logs ?? [];
  const live = logs.find((entry) => entry.format === format && entry["path"] === path);
  return live ?? logEntryOf({ format, path });
}

function zoneNameOf({ hosts, timezone }: Config, host: string): string {
  return hosts.find(({ name }) => name === host)?.timezone ?? timezone;
}

function showProgress(io: Io, files: number) {
  const bar = io.terminal
    ? new cliProgress.SingleBar({ format: "{file} {bar} {percentage} %", clearOnComplete: true })
    : undefined;
  let current: string | undefined;
  let done = 0;
  return {
    tell: (file: string, bytes: number, total: number) => {
      if (file !== current) {
        current = file;
        done++;
        if (!bar) io.err(`reading ${file} (${done} of ${files})\n`);
        else bar.start(total, 0, { file });
      }
      bar?.update(bytes);
    },
    [Symbol.dispose]: () => bar?.stop(),
  };
}

function unknownFormat(name: string): AppError {
  return new AppError("USAGE_FORMAT", `there is no format "${name}"`, {
    hint: `formats: ${Object.keys(formats).join(", ")}`,
  });
}
