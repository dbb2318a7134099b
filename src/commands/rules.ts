import { readFile } from "node:fs/promises";
import { AppError, messageOf } from "../lib/errors.ts";
import { amount } from "../notify/when.ts";
import { backtest, type Backtest } from "../watch/backtest.ts";
import { elasticEvents } from "../watch/elastic-events.ts";
import { explainRule } from "../watch/explain.ts";
import type { RuleSet } from "../watch/load-rules.ts";
import { rulesError } from "../watch/parse-rule-file.ts";
import { importSigma } from "../watch/sigma.ts";
import { testRules } from "../watch/test-rules.ts";
import { loadConfig } from "../config/load.ts";
import { defaultConfig, openReachable, withConfig, type ConfigOptions } from "./context.ts";
import { explained } from "./explained.ts";
import type { AddCommand, Io } from "./io.ts";
import { chosenRules, offlineRulesOf, rulesOf } from "./rules-of.ts";
import { tableOf } from "./table.ts";
import { rangeOf, timeOf } from "./times.ts";

interface Options extends ConfigOptions {
  json?: boolean;
}

interface BacktestOptions extends Options {
  weeks?: string;
  from?: string;
  to?: string;
}

/** `leafwatch rules …`: rules are tried before they are trusted. */
export const rulesCommand: AddCommand = (program, io) => {
  const rules = program.command("rules").description("check and try rules");

  withConfig(rules.command("check"))
    .description("read the rule files and name every mistake")
    .option("--json", "print the result as JSON")
    .action(async (options: Options) => {
      const set = await checkedRules(options);
      const { ruleFiles: files, rules: good, problems } = set;
      if (options.json) {
        const ok = problems.length === 0;
        await io.out(
          `${JSON.stringify({ ok, files: files.length, rules: good.length, problems })}\n`,
        );
      } else if (problems.length === 0) {
        await io.out(
          `${amount(good.length, "rule")} in ${amount(files.length, "file")}, no mistakes\n`,
        );
      }
      if (problems.length > 0) throw rulesError(problems);
    });

  withConfig(rules.command("test"))
    .description("run the tests inside the rules; needs no server")
    .option("--json", "print the result as JSON")
    .action(async (options: Options) => {
      const set = await offlineRules(options);
      const result = await testRules(set.rules, io.signal);
      if (options.json) await io.out(`${JSON.stringify(result)}\n`);
      else {
        for (const { rule, it, expected, got } of result.failed) {
          await io.out(`${rule}: ${it}: expected ${amount(expected, "alert")}, got ${got}\n`);
        }
        await io.out(
          `${result.passed} of ${amount(result.tests, "test")} of ${amount(result.rules, "rule")} passed\n`,
        );
      }
      if (set.problems.length > 0) throw rulesError(set.problems);
      if (!result.ok) {
        throw new AppError(
          "RULE_TESTS_FAILED",
          `${amount(result.failed.length, "test")} of rules failed`,
          {
            hint: "compare the rule with its test; `leafwatch rules explain` shows what a rule sees",
          },
        );
      }
    });

  withConfig(rules.command("backtest"))
    .description("judge stored events of the past; writes nothing")
    .argument("[rule...]", "only these rules")
    .option("--weeks <n>", "so many weeks back from now (default: 4)")
    .option("--from <time>", "from there (ISO 8601)")
    .option("--to <time>", "to there (default: now)")
    .option("--json", "print the result as JSON")
    .action(async (ids: string[], options: BacktestOptions) => {
      const range = rangeOf(options, new Date());
      await using context = await openReachable(options, io);
      const { client, config } = context;
      const chosen = chosenRules(await rulesOf(config), ids);
      const store = elasticEvents({ client, namespace: config.namespace });
      const result = await backtest(chosen, store, range, progressOn(io), io.signal);
      await io.out(options.json ? `${JSON.stringify(result)}\n` : describe(result, io.columns));
    });

  withConfig(rules.command("explain"))
    .description("show what a rule sees at a time")
    .argument("<rule>", "its id")
    .option("--at <time>", "ISO 8601 (default: now)")
    .option("--json", "print the result as JSON")
    .action(async (id: string, options: Options & { at?: string }) => {
      await using context = await openReachable(options, io);
      const { client, config } = context;
      const [rule] = chosenRules(await rulesOf(config), [id]);
      if (!rule) return;
      const at = options.at === undefined ? new Date() : timeOf("--at", options.at);
      const store = elasticEvents({ client, namespace: config.namespace });
      const found = await explainRule(rule, store, at, io.signal);
      if (options.json) {
        await io.out(`${JSON.stringify(found)}\n`);
        return;
      }
      await io.out(explained(found, rule));
    });

  rules
    .command("import")
    .description("turn Sigma rules into rules of ours on stdout; what cannot be exact is refused")
    .requiredOption("--sigma <file...>", "Sigma rules and correlations")
    .action(async ({ sigma }: { sigma: string[] }) => {
      const texts = await Promise.all(
        sigma.map(async (file) => ({ file, text: await textOf(file) })),
      );
      const { yaml, refused } = await importSigma(texts);
      if (yaml !== "") await io.out(yaml);
      for (const { file, rule, reason } of refused) io.err(`${file}: ${rule}: ${reason}\n`);
      if (refused.length > 0) {
        throw new AppError("SIGMA_REFUSED", `${refused.length} Sigma rules are refused`, {
          hint: "the reasons stand above; write such a rule by hand (docs/rules.md)",
        });
      }
    });
};

/** @throws USAGE_FILE. */
async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new AppError("USAGE_FILE", `${file} cannot be read: ${messageOf(error)}`, {
      hint: "give --sigma the files themselves; the shell expands patterns",
      cause: error,
    });
  }
}

/** The rules of the config, with all that can be held against it. */
const checkedRules = async ({ config }: Options) => rulesOf(await loadConfig(config));

/** The rules of the config, or without a config those of rules/. */
async function offlineRules({ config: path }: Options): Promise<RuleSet> {
  try {
    return await offlineRulesOf((await loadConfig(path)).watch.rules);
  } catch (error) {
    const missing = error instanceof AppError && error.code === "CONFIG_MISSING";
    // One that was asked for must be there.
    if (!missing || path !== defaultConfig) throw error;
    return offlineRulesOf("rules/*.yml");
  }
}

/** A line that counts up on a terminal, nothing elsewhere. */
function progressOn(io: Io): (share: number) => void {
  let shown = -1;
  return (share) => {
    const percent = Math.floor(share * 100);
    if (!io.terminal || percent === shown) return;
    shown = percent;
    const bar = "#".repeat(Math.floor(percent / 4)).padEnd(25, ".");
    io.err(`\r[${bar}] ${percent} %${percent >= 100 ? "\n" : ""}`);
  };
}

function describe(
  { from, to, rules, alerts, mails }: Backtest,
  columns: number | undefined,
): string {
  const rows = rules.map(
    ({ rule, alerts: n, alerts_per_week: perWeek, mails: m, by_weekday, error }) => {
      if (error !== undefined) return [rule, "", "", "", `could not be judged: ${error}`];
      const days = Object.entries(by_weekday).filter(([, count]) => count > 0);
      const on = days.map(([day, count]) => `${day.slice(0, 3)} ${count}`).join(", ");
      const sent = m.active + m.repeat + m.recovered;
      return [rule, String(n), String(perWeek), String(sent), on];
    },
  );
  const table = tableOf(["rule", "alerts", "a week", "mails", "by weekday"], rows, columns);
  const sums = `${amount(alerts, "alert")}, ${amount(mails, "mail")}; nothing was written`;
  return `${from} to ${to}\n${table}${sums}\n`;
}
