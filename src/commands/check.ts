import { createHosts, type HostHandle } from "../collect/host.ts";
import type { Stream } from "../collect/source.ts";
import type { LogEntry } from "../config/schema.ts";
import { serverVersion } from "../es/capabilities.ts";
import { wrap } from "../es/errors.ts";
import { checkPrecedence } from "../es/precedence.ts";
import { checkSetup } from "../es/templates.ts";
import { AppError, isAbort } from "../lib/errors.ts";
import { silentLog } from "../lib/log.ts";
import { visible } from "../lib/visible.ts";
import type { LineBatch } from "../model/raw-line.ts";
import { checkNotify, sendTestMail } from "../notify/check.ts";
import { notifyOptions } from "../notify/options.ts";
import { createChannels } from "../notify/recipients.ts";
import { amount } from "../notify/when.ts";
import { formats } from "../parse/registry.ts";
import { checkAudiences } from "../report/schedule.ts";
import { openContext, withConfig, type ConfigOptions, type Context } from "./context.ts";
import type { AddCommand } from "./io.ts";
import { flawlessRulesOf } from "./rules-of.ts";
import { tableOf } from "./table.ts";

interface Options extends ConfigOptions {
  sendTest?: string;
  json?: boolean;
}

/** One thing that was looked at. */
interface Finding {
  what: string;
  ok: boolean;
  says: string;
  hint?: string;
}

/** `leafwatch check`: config, rules, Elasticsearch, hosts and mail, each tried for real; nothing is changed. */
export const checkCommand: AddCommand = (program, io) => {
  withConfig(program.command("check"))
    .description("try the config: rules, Elasticsearch, hosts, mail")
    .option("--send-test <address>", "send one test mail there")
    .option("--json", "print the result as JSON")
    .action(async (options: Options) => {
      await using context = await openContext(options, io);
      const found = await lookAt(context, options, io.signal);
      const failed = found.filter(({ ok }) => !ok);
      const result = { ok: failed.length === 0, checks: found };
      await io.out(options.json ? `${JSON.stringify(result)}\n` : describe(found, io.columns));
      if (failed.length === 0) return;
      throw new AppError(
        "CHECK_FAILED",
        `${failed.length} of ${amount(found.length, "check")} failed`,
        {
          hint: [...new Set(failed.map(({ hint }) => hint ?? ""))].filter(Boolean).join("; "),
        },
      );
    });
};

async function lookAt(context: Context, options: Options, signal: AbortSignal): Promise<Finding[]> {
  const { config, client } = context;
  await using hosts = await createHosts(config.hosts, {
    once: true,
    log: silentLog,
    maxLineBytes: config.limits.line,
  });
  const parts: Promise<Finding[]>[] = [
    one("config", async () => `${amount(config.hosts.length, "host")}, zone ${config.timezone}`),
    one("rules", async () => {
      const { rules, ruleFiles } = await flawlessRulesOf(config);
      return `${amount(rules.length, "rule")} in ${amount(ruleFiles.length, "file")}`;
    }),
    one("Elasticsearch", async () => {
      const health = await wrap(() => client.cluster.health({}, { signal }), signal);
      await checkSetup(client, config.namespace, signal);
      await checkPrecedence(client, config.namespace, Object.keys(formats), signal);
      const version = await serverVersion(client, signal);
      return `${health.cluster_name} ${version}: ${health.status}, templates of ${config.namespace} installed`;
    }),
    one("report", async () => {
      checkAudiences(config.report);
      return amount(config.report.length, "audience");
    }),
    ...hosts.all.flatMap((host, i) =>
      (config.hosts[i]?.logs ?? []).map((entry) => lookAtLog(host, entry, signal)),
    ),
  ];
  parts.push(lookAtNotify(context, options.sendTest, signal));
  return (await Promise.all(parts)).flat();
}

/** Asks every notifier; then the test mail goes out, over a connection of its own. */
async function lookAtNotify(
  { config: { notify }, log }: Context,
  sendTest: string | undefined,
  signal: AbortSignal,
): Promise<Finding[]> {
  const channels = createChannels(notify ?? notifyOptions.parse({}), log);
  const results = await checkNotify(channels, signal);
  const found = results.map(({ label, error }) => finding(label, error, "ready"));
  if (sendTest === undefined) return found;
  const test = await one(`test mail to ${sendTest}`, async () => {
    await sendTestMail(channels, sendTest, new Date(), signal);
    return "accepted";
  });
  return [...found, ...test];
}

/** Opens each stream of an entry and reads its beginning. */
async function lookAtLog(
  host: HostHandle,
  entry: LogEntry,
  signal: AbortSignal,
): Promise<Finding[]> {
  const what = `${host.name}: ${entry.format} ${nameOf(entry)}`.trim();
  return one(what, async () => {
    const streams: string[] = [];
    for await (const stream of host.source(entry).streams(signal)) {
      const first = await firstBatch(stream, signal);
      streams.push(first ? stream.name : `${stream.name} (no line yet)`);
    }
    if (streams.length > 0) return `readable: ${streams.join(", ")}`;
    throw new AppError("CHECK_NO_FILE", "no file matches", {
      hint: `compare the path with what is on ${host.name}; it is read as soon as it is there`,
    });
  });
}

function nameOf({ path, channel, units }: LogEntry): string {
  const named = [path, channel, units].find((value) => value !== undefined);
  return typeof named === "string" ? named : JSON.stringify(named ?? "");
}

async function firstBatch(stream: Stream, signal: AbortSignal): Promise<LineBatch | undefined> {
  for await (const batch of stream.batches(undefined, signal)) return batch;
  return undefined;
}

async function one(what: string, look: () => Promise<string>): Promise<Finding[]> {
  try {
    return [finding(what, undefined, await look())];
  } catch (error) {
    if (error instanceof AppError && !isAbort(error)) return [finding(what, error, "")];
    throw error;
  }
}

function finding(what: string, error: AppError | undefined, says: string): Finding {
  return error
    ? { what, ok: false, says: `${error.message} [${error.code}]`, hint: error.hint }
    : { what, ok: true, says };
}

function describe(found: readonly Finding[], columns: number | undefined): string {
  const rows = found.map(({ ok, what, says }) => [ok ? "ok" : "FAILED", visible(what), says]);
  return tableOf(["", "what", "result"], rows, columns);
}
