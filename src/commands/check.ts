import { createHosts } from "../collect/host.ts";
import { serverVersion } from "../es/capabilities.ts";
import { wrap } from "../es/errors.ts";
import { checkPrecedence } from "../es/precedence.ts";
import { checkSetup } from "../es/templates.ts";
import { AppError } from "../lib/errors.ts";
import { silentLog } from "../lib/log.ts";
import { visible } from "../lib/visible.ts";
import { checkNotify, sendTestMail } from "../notify/check.ts";
import { notifyOptions } from "../notify/options.ts";
import { createChannels } from "../notify/recipients.ts";
import { amount } from "../notify/when.ts";
import { formats } from "../parse/registry.ts";
import { checkAudiences } from "../report/schedule.ts";
import { lookAtFiles } from "./check-files.ts";
import { lookAtLogs } from "./check-logs.ts";
import { openContext, withConfig, type ConfigOptions, type Context } from "./context.ts";
import { finding, lookOnce, type Finding } from "./finding.ts";
import type { AddCommand } from "./io.ts";
import { flawlessRulesOf } from "./rules-of.ts";
import { tableOf } from "./table.ts";

interface Options extends ConfigOptions {
  sendTest?: string;
  json?: boolean;
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
        { hint: "the hint of each stands beside it" },
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
  const parts: Promise<Finding | Finding[]>[] = [
    lookOnce(
      "config",
      async () => `${amount(config.hosts.length, "host")}, zone ${config.timezone}`,
    ),
    lookOnce("rules", async () => {
      const { rules, ruleFiles } = await flawlessRulesOf(config);
      return `${amount(rules.length, "rule")} in ${amount(ruleFiles.length, "file")}`;
    }),
    lookOnce("Elasticsearch", async () => {
      const health = await wrap(() => client.cluster.health({}, { signal }), signal);
      await checkSetup(client, config.namespace, signal);
      await checkPrecedence(client, config.namespace, Object.keys(formats), signal);
      const version = await serverVersion(client, signal);
      return `${health.cluster_name} ${version}: ${health.status}, templates of ${config.namespace} installed`;
    }),
    lookOnce("report", async () => {
      checkAudiences(config.report);
      return amount(config.report.length, "audience");
    }),
    ...hosts.all.map((host, i) => lookAtLogs(host, config.hosts[i]?.logs ?? [], signal)),
  ];
  parts.push(lookAtFiles(config, signal), lookAtNotify(context, options.sendTest, signal));
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
  const test = await lookOnce(`test mail to ${sendTest}`, async () => {
    await sendTestMail(channels, sendTest, new Date(), signal);
    return "accepted";
  });
  return [...found, test];
}

function describe(found: readonly Finding[], columns: number | undefined): string {
  const rows = found.map(({ ok, what, says, hint }) => [
    ok ? "ok" : "FAILED",
    visible(what),
    hint ? `${says}\n-> ${hint}` : says,
  ]);
  return tableOf(["", "what", "result"], rows, columns);
}
