import { userInfo } from "node:os";
import type { Config } from "../config/schema.ts";
import { AppError } from "../lib/errors.ts";
import { parseDuration } from "../lib/duration.ts";
import { visible } from "../lib/visible.ts";
import { alertOf, type AlertDocument } from "../model/alert-document.ts";
import type { Alert } from "../model/alert.ts";
import { openAlerts, type AlertAction, type AlertEvent } from "../watch/alerts.ts";
import { elasticEvents } from "../watch/elastic-events.ts";
import { endOfWindow, explainRule } from "../watch/explain.ts";
import { openReachable, withConfig, type ConfigOptions } from "./context.ts";
import type { AddCommand, Io } from "./io.ts";
import { rulesOf, unknownRule } from "./rules-of.ts";
import { tableOf } from "./table.ts";

interface Options extends ConfigOptions {
  json?: boolean;
}

interface ActOptions extends Options {
  by?: string;
  note?: string;
}

/** `leafwatch alerts …`: the record of what was found and what people did with it. */
export const alertsCommand: AddCommand = (program, io) => {
  const alerts = program.command("alerts").description("list alerts and work on them");

  withConfig(alerts.command("list"))
    .description("every alert, oldest first")
    .option("--state <state>", "only pending, active, recovering or recovered ones")
    .option("--workflow <workflow>", "only open, acknowledged or closed ones")
    .option("--rule <id>", "only those of a rule")
    .option("--json", "print the alert documents as a JSON array")
    .action(
      async (options: Options & Record<"state" | "workflow" | "rule", string | undefined>) => {
        await using context = await openReachable(options, io);
        const filter = {
          rule: options.rule,
          state: oneOf("--state", ["pending", "active", "recovering", "recovered"], options.state),
          workflow: oneOf("--workflow", ["open", "acknowledged", "closed"], options.workflow),
        };
        const store = openAlerts(context.client, context.config.namespace);
        const found = await store.list(filter, io.signal);
        if (options.rule !== undefined && found.length === 0)
          await noteUnknownRule(context.config, options.rule, io);
        await io.out(options.json ? `${JSON.stringify(found)}\n` : listOf(found, io.columns));
      },
    );

  withConfig(alerts.command("show"))
    .description("one alert with its evidence and history")
    .argument("<id>", "its id, or the beginning of it")
    .option("--json", "print the alert document as JSON")
    .action(async (id: string, options: Options) => {
      await using context = await openReachable(options, io);
      const store = openAlerts(context.client, context.config.namespace);
      const document = await store.find(id, io.signal);
      if (options.json) {
        await io.out(`${JSON.stringify(document)}\n`);
        return;
      }
      const alert = alertOf(document);
      await io.out(pageOf(alert, await store.history(alert.id, io.signal)));
    });

  withConfig(alerts.command("explain"))
    .description("what the rule saw when the alert was last found")
    .argument("<id>", "its id, or the beginning of it")
    .option("--json", "print the result as JSON")
    .action(async (id: string, options: Options) => {
      await using context = await openReachable(options, io);
      const { client, config } = context;
      const store = openAlerts(client, config.namespace);
      const alert = alertOf(await store.find(id, io.signal));
      const { rules } = await rulesOf(config);
      const rule = rules.find((one) => one.id === alert.rule.id);
      const seen =
        rule &&
        (await explainRule(
          rule,
          elasticEvents({ client, namespace: config.namespace }),
          endOfWindow(rule, Date.parse(alert.last_seen)),
          io.signal,
        ));
      const changed = rule !== undefined && rule.hash !== alert.rule.hash;
      const history = await store.history(alert.id, io.signal);
      if (options.json)
        await io.out(`${JSON.stringify({ alert, history, rule_changed: changed, seen })}\n`);
      else {
        const own = seen?.groups.find(
          ({ group }) => JSON.stringify(group) === JSON.stringify(alert.group),
        );
        const now = !seen
          ? `There is no rule ${alert.rule.id} any more.`
          : `In the ${alert.rule.kind} window of its last event the rule ${own?.fires ? "fires" : "does not fire"} today${own ? `, with ${own.count ?? own.attempts} of ${own.usual?.limit ?? alert.threshold}` : ""}.`;
        await io.out(
          `${pageOf(alert, history)}\n${now}${changed ? " The rule has been changed since." : ""}\n`,
        );
      }
    });

  const acting = (name: string, description: string) =>
    withConfig(alerts.command(name))
      .description(description)
      .argument("<id>", "its id, or the beginning of it")
      .option("--by <name>", "who does it (default: your account's name)")
      .option("--json", "print the changed alert document as JSON");

  const act = async (id: string, action: AlertAction, options: ActOptions) => {
    await using context = await openReachable(options, io);
    const store = openAlerts(context.client, context.config.namespace);
    const who = { by: options.by ?? userInfo().username, at: new Date() };
    const document = await store.act(id, action, who, io.signal);
    await io.out(options.json ? `${JSON.stringify(document)}\n` : listOf([document], io.columns));
  };

  acting("ack", "say that somebody has taken it on: no more repeats")
    .option("--note <text>", "for whoever reads it later")
    .action((id: string, options: ActOptions) =>
      act(id, { name: "acknowledged", note: options.note }, options),
    );

  acting("snooze", "no repeats for a time")
    .requiredOption("--for <duration>", "such as 4h, or --for 2d")
    .option("--note <text>", "for whoever reads it later")
    .action((id: string, options: ActOptions & { for: string }) => {
      const ms = parseDuration(options.for);
      if (!ms) {
        throw new AppError("USAGE_DURATION", `--for ${options.for} is no duration`, {
          hint: "write for example --for 4h",
        });
      }
      const until = new Date(Date.now() + ms);
      return act(id, { name: "snoozed", until, note: options.note }, options);
    });

  acting("close", "say that it is done, and why")
    .requiredOption("--reason <text>", "such as false, or what was done about it")
    .action((id: string, options: ActOptions & { reason: string }) =>
      act(id, { name: "closed", note: options.reason }, options),
    );
};

/** A rule that is gone has alerts still; one that never was is a slip. Rules that cannot be read are no reason to fail. */
async function noteUnknownRule(config: Config, id: string, io: Io): Promise<void> {
  const set = await rulesOf(config).catch(() => undefined);
  if (!set || set.rules.some((rule) => rule.id === id)) return;
  if (set.problems.some((problem) => problem.rule === id)) return;
  const { message, hint } = unknownRule(set, id);
  io.err(`${message}: ${hint}\n`);
}

function oneOf<T extends string>(flag: string, known: readonly T[], given?: string): T | undefined {
  if (given === undefined) return undefined;
  const found = known.find((one) => one === given);
  if (found !== undefined) return found;
  throw new AppError("USAGE_CHOICE", `${flag} ${given} is unknown`, {
    hint: `known: ${known.join(", ")}`,
  });
}

/** A row for each alert; of its id as much as names it among a year's. */
function listOf(documents: readonly AlertDocument[], columns: number | undefined): string {
  if (documents.length === 0) return "no alerts\n";
  const time = (iso: string) => iso.slice(0, 19).replace("T", " ");
  const rows = documents
    .map(alertOf)
    .map((alert) => [
      ...[alert.id.slice(0, 10), alert.rule.level, `${alert.state} ${alert.workflow}`],
      ...[time(alert.first_seen), time(alert.last_seen), visible(alert.summary, 200)],
    ]);
  const head = ["id", "level", "state", "first seen (UTC)", "last seen (UTC)", "summary"];
  return tableOf(head, rows, columns);
}

function pageOf(alert: Alert, history: readonly AlertEvent[]): string {
  const { rule, evidence } = alert;
  const tops = Object.entries(evidence.top).map(
    ([field, values]) =>
      `  ${field}: ${values.map(({ value, count }) => `${visible(value, 80)} (${count})`).join(", ")}`,
  );
  const lines = evidence.lines.map(
    ({ timestamp, host, original }) =>
      `  ${timestamp} ${visible(host, 60)}: ${visible(original, 300)}`,
  );
  const steps = history.map(
    (step) =>
      `  ${step["@timestamp"]} ${step.action}${step.by === undefined ? "" : ` by ${visible(step.by, 60)}`}${step.note === undefined ? "" : `: ${visible(step.note, 200)}`}`,
  );
  const parts = [
    visible(alert.summary, 300),
    `alert ${alert.id} of rule ${rule.id} (${rule.kind}, ${rule.level}), ${alert.state}, ${alert.workflow}`,
    `${alert.count} against ${alert.threshold}; first seen ${alert.first_seen}, last seen ${alert.last_seen}`,
    ...(rule.attack.length > 0 ? [`MITRE ATT&CK: ${rule.attack.join(", ")}`] : []),
    ...(rule.respond === undefined ? [] : [`What to do: ${rule.respond}`]),
    "Most frequent:",
    ...tops,
    "Evidence:",
    ...lines,
    "History:",
    ...steps,
  ];
  return `${parts.join("\n")}\n`;
}
