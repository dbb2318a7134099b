import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError, messageOf } from "../../src/lib/errors.ts";
import { startHosts } from "./hosts.ts";
import { startMailServer } from "./mail-server.ts";
import { checkOut, fillOut } from "./out-folder.ts";
import { settle } from "./outcome.ts";
import { createOwnLog } from "./own-log.ts";
import { play } from "./play.ts";
import type { Progress } from "./progress.ts";
import { writeResult } from "./result.ts";
import { openServer, type Server } from "./server.ts";
import { setStage, type Stage } from "./stage.ts";
import type { Summary } from "./summary.ts";
import { createWorld } from "./world.ts";

export interface DemoOptions {
  /** Folder for the result. */
  out: string;
  /** Leaves the temporary folder: config, log files, indices, the product's own log. */
  keep: boolean;
  /** A server to use instead of an embedded one. */
  elasticsearchUrl: string | undefined;
  terminal: boolean;
}

/** What the caller tells whoever waits. */
export interface DemoResult {
  summary: Summary;
  expectedAlerts: number;
  /** The temporary folder; gone by now unless it was to be kept. */
  folder: string;
  /** What the product itself logged as errors, where something went wrong. */
  errors: readonly string[];
}

/**
 * Plays the whole demo and leaves its result in `options.out`. What goes wrong on the way is told by the summary;
 * thrown is only what keeps it from beginning, or an abort.
 */
export async function runDemo(
  options: DemoOptions,
  progress: Progress,
  err: (text: string) => void,
  signal: AbortSignal,
): Promise<DemoResult> {
  const startedMs = performance.now();
  const { out, keep, terminal, elasticsearchUrl: url } = options;
  await checkOut(out);
  await using temporary = await temporaryFolder(keep);
  const folder = temporary.path;
  const begin = url === undefined ? "Starting" : "Finding";
  progress.step(`${begin} Elasticsearch, writing eight weeks of logs`);
  await using opening = pending(
    openServer({ url, folder: join(folder, "elasticsearch"), keep, terminal }, err, signal),
  );
  const now = Date.now();
  const world = createWorld({ now });
  const history = [...world.history()];
  await using hosts = await startHosts(folder, { history, now, timezone: world.timezone });
  await using mailServer = await startMailServer();
  const server = await opening.value;
  await using log = createOwnLog(join(folder, "leafwatch.log"));
  const stage = await setStage({ server, hosts, mailServer, world }, folder, log.write, signal);

  const { week, story, problems } = await playThrough(stage, progress, signal);
  progress.step("Comparing what was written with what is stored, raised and mailed");
  const result = join(folder, "result");
  await mkdir(join(result, "mail"), { recursive: true });
  const outcome = await settle(stage, result, { problems, startedMs }, signal);
  const { summary } = outcome;
  await writeResult(result, stage, outcome, { week, story });
  await fillOut(out, result);
  progress.step("Stopping everything");
  const expectedAlerts = world.expected.length;
  return { summary, expectedAlerts, folder, errors: summary.ok ? [] : log.errors() };
}

/** Plays; a failure becomes a problem, so that what did happen can still be looked at. */
async function playThrough(
  stage: Stage,
  progress: Progress,
  signal: AbortSignal,
): Promise<{ week: string; story: string[]; problems: string[] }> {
  const story = [
    `Elasticsearch ${stage.server.version} was there; four hosts with SSH and a mail server were played beside it.`,
  ];
  try {
    const { week } = await play(stage, progress, (line) => story.push(line), signal);
    story.push("Every written line was held against the stored documents, one by one.");
    return { week, story, problems: [] };
  } catch (error) {
    signal.throwIfAborted();
    const message = messageOf(error).replaceAll(/\s*\n\s*/g, "; ");
    const hint = error instanceof AppError ? ` (${error.hint})` : "";
    return { week: "", story, problems: [`${message}${hint}`] };
  }
}

/** A folder of its own, open to be passed through: the embedded server may run as another user. */
async function temporaryFolder(keep: boolean): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), "leafwatch-demo-"));
  await chmod(path, 0o711);
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      if (!keep) await rm(path, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** A server that is still starting, stopped also where something else fails before it stands. */
function pending(value: Promise<Server>): AsyncDisposable & { value: Promise<Server> } {
  // Whoever awaits the value learns of a failure; without anybody it must not end the process.
  value.catch(() => undefined);
  return {
    value,
    [Symbol.asyncDispose]: async () => {
      await (await value.catch(() => undefined))?.[Symbol.asyncDispose]();
    },
  };
}
