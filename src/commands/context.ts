import type { Client } from "@elastic/elasticsearch";
import type { Command } from "commander";
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { createClient } from "../es/client.ts";
import { wrap } from "../es/errors.ts";
import { createLog, type Log } from "../lib/log.ts";
import type { Io } from "./io.ts";

/** What nearly every command starts from. Dispose it to close the client's connections. */
export interface Context extends AsyncDisposable {
  readonly config: Config;
  readonly client: Client;
  readonly log: Log;
}

/** The options of every command that reads the config. */
export interface ConfigOptions {
  config: string;
}

/** The config where none is named. */
export const defaultConfig = "leafwatch.yml";

/** Adds `--config` to a command. */
export function withConfig(command: Command): Command {
  return command.option("-c, --config <file>", "config file", defaultConfig);
}

/** Reads the config; connects to nothing yet. @throws CONFIG_MISSING, CONFIG_INVALID. */
export async function openContext({ config: path }: ConfigOptions, io: Io): Promise<Context> {
  const config = await loadConfig(path);
  const client = createClient(config.elasticsearch);
  return {
    config,
    client,
    log: createLog(process.env["LEAFWATCH_LOG_LEVEL"] ?? "info", io.terminal, (text) => {
      io.err(text);
    }),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** A cluster that lives answers sooner, milliseconds. */
const patienceMs = 10_000;

/**
 * The same for commands that somebody waits for: a cluster that does not answer is asked once, without the patience
 * that services have. @throws CONFIG_MISSING, CONFIG_INVALID, ES_UNREACHABLE, ES_TIMEOUT, ES_UNAUTHORIZED.
 */
export async function openReachable(options: ConfigOptions, io: Io): Promise<Context> {
  const context = await openContext(options, io);
  const once = { signal: io.signal, maxRetries: 0, requestTimeout: patienceMs };
  try {
    await wrap(() => context.client.cluster.health({ filter_path: "status" }, once), io.signal);
    return context;
  } catch (error) {
    await context[Symbol.asyncDispose]();
    throw error;
  }
}
