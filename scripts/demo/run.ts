import { createWriteStream } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DateTime } from "luxon";
import { AppError, messageOf } from "../../src/lib/errors.ts";
import { writeConfig } from "./config.ts";
import { startHosts } from "./hosts.ts";
import type { WrittenLine } from "./log-files.ts";
import { createLeafwatch } from "./leafwatch.ts";
import { startMailServer } from "./mail-server.ts";
import { prepareOut } from "./out-folder.ts";
import { settle } from "./outcome.ts";
import type { Day } from "./page/days-chart.ts";
import { page } from "./page/page.ts";
import { play, type Stage } from "./play.ts";
import type { Progress } from "./progress.ts";
import { openServer, type Server } from "./server.ts";
import { streamsOf } from "./stored.ts";
import type { Summary } from "./summary.ts";
import { createWorld } from "./world.ts";
import { logs } from "./world/log-line.ts";

export interface DemoOptions {
  /** Folder for the result. */
  out: string;
  /** Leaves the temporary folder: config, log files, indices, the product's own log. */
  keep: boolean;
  /** A server to use instead of an embedded one. */
  elasticsearchUrl: string | undefined;
  terminal: boolean;
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
): Promise<{ summary: Summary; expectedAlerts: number; folder: string }> {
  const startedMs = performance.now();
  const { out, keep } = options;
  await prepareOut(out);
  await using temporary = await temporaryFolder(keep);
  const folder = temporary.path;
  const embedded = options.elasticsearchUrl === undefined;
  progress.step(
    `${embedded ? "Starting Elasticsearch" : "Finding Elasticsearch"}, writing two weeks of logs`,
  );
  const serverOptions = {
    ...options,
    url: options.elasticsearchUrl,
    folder: join(folder, "elasticsearch"),
  };
  await using opening = pending(openServer(serverOptions, err, signal));
  const world = createWorld({ now: Date.now() });
  await using hosts = await startHosts(folder, [...world.history()]);
  await using mailServer = await startMailServer();
  const server = await opening.value;
  const ownLog = createWriteStream(join(folder, "leafwatch.log"));
  const stage: Stage = {
    leafwatch: createLeafwatch((text) => ownLog.write(text)),
    config: await writeConfig({
      folder,
      namespace: server.namespace,
      elasticsearchUrl: server.url,
      hosts: hosts.ssh,
      privateKey: hosts.privateKey,
      smtpPort: mailServer.port,
      world,
    }),
    server,
    hosts,
    mailServer,
    world,
    streams: streamsOf(
      Object.values(logs).map(({ dataset }) => dataset),
      server.namespace,
    ),
  };
  const story = [
    `Elasticsearch ${server.version} was ${embedded ? "started" : "found"}; two hosts with SSH and a mail server were played beside it.`,
  ];
  const problems: string[] = [];
  let week = "";
  try {
    ({ week } = await play(stage, progress, (line) => story.push(line), signal));
  } catch (error) {
    signal.throwIfAborted();
    const hint = error instanceof AppError ? ` (${error.hint})` : "";
    problems.push(`${messageOf(error)}${hint}`);
  }
  progress.step("Comparing what was written with what is stored, raised and mailed");
  const outcome = await settle(stage, out, { problems, startedMs }, signal);
  const { summary, alerts, mails, report } = outcome;
  ownLog.end();
  const content = {
    summary,
    expectedAlerts: world.expected.length,
    alerts,
    mails,
    report: report && { ...report, week },
    days: daysOf(hosts.files.written, world.timezone),
    logs: Object.values(logs).map((log) => ({
      ...log,
      lines: hosts.files.written.filter(({ dataset }) => dataset === log.dataset).length,
    })),
    story: [...story, "Every written line was held against the stored documents, one by one."],
    timezone: world.timezone,
    at: new Date(),
  };
  await writeFile(join(out, "index.html"), page(content));
  await writeFile(join(out, "summary.json"), `${JSON.stringify(summary, null, 2)}\n`);
  progress.step("Stopping everything");
  return { summary, expectedAlerts: world.expected.length, folder };
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

function daysOf(lines: readonly WrittenLine[], timezone: string): Day[] {
  const days = new Map<string, Record<string, number>>();
  for (const { time, dataset } of lines) {
    const day = DateTime.fromMillis(time, { zone: timezone }).toISODate() ?? "";
    const counts = days.get(day) ?? {};
    counts[dataset] = (counts[dataset] ?? 0) + 1;
    days.set(day, counts);
  }
  return [...days]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([day, counts]) => ({ label: DateTime.fromISO(day).toFormat("ccc d"), counts }));
}
