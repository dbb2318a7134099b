import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { Command } from "commander";
import { alertsCommand } from "../../../src/commands/alerts.ts";
import { rulesCommand } from "../../../src/commands/rules.ts";
import { watchCommand } from "../../../src/commands/watch.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { alertOf, type AlertDocument } from "../../../src/model/alert-document.ts";
import { describe as describeAlert } from "../../../src/notify/sheet.ts";
import { elasticsearchUrl } from "../../helpers/elasticsearch.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { at, createWorld, failure, type World } from "./world.ts";

const minute = 60_000;
const good = `version: 1
rules:
  - id: brute
    title: "Brute force from {source.ip}: {count} failures"
    level: high
    match: { event.category: authentication, event.outcome: failure }
    group_by: [source.ip]
    within: 5m
    count: { gte: 3 }
    respond: Block it.
    tests:
      - { it: fires at the limit, send: 3, over: 5m, alerts: 1 }
      - { it: expects too much, send: 2, over: 5m, alerts: 1 }
  - id: users
    match: { event.category: authentication, event.outcome: failure }
    group_by: [source.ip]
    within: 5m
    distinct: { field: user.name, gte: 3 }
`;
const bad = `version: 1
rules:
  - id: typo
    match: { event.outcom: failure }
    within: 5m
    count: { gte: 3 }
`;
const sigma = `title: Failed logon
logsource: { product: windows, service: security }
detection: { s: { EventID: 4625 }, condition: s }
---
title: A pattern
logsource: { category: webserver }
detection: { s: { cs-uri|re: a }, condition: s }
`;

describe("watch: its commands", function () {
  this.timeout(120_000);
  let world: World;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let terminal = false;

  /** Runs a command with the world's config; what it wrote, and the code of the error that it ended with. */
  async function run(
    ...words: string[]
  ): Promise<{ out: string; err: string; code?: string; message: string }> {
    const texts = { out: "", err: "", message: "" };
    const io = {
      stdin: Readable.from([]),
      out: async (text: string) => {
        texts.out += text;
      },
      err: (text: string) => {
        texts.err += text;
      },
      terminal,
      signal: new AbortController().signal,
    };
    const program = new Command().exitOverride();
    for (const add of [watchCommand, rulesCommand, alertsCommand]) add(program, io);
    const config = words.includes("import") ? [] : ["--config", join(folder.path, "leafwatch.yml")];
    try {
      await program.parseAsync([...words, ...config], { from: "user" });
      return texts;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { ...texts, code: error.code, message: error.message };
    }
  }
  const json = async <T>(...words: string[]): Promise<T> =>
    JSON.parse((await run(...words, "--json")).out) as T;

  before(async () => {
    world = await createWorld();
    folder = await temporaryFolder();
    await writeFile(join(folder.path, "good-rules.yml"), good);
    await writeFile(
      join(folder.path, "leafwatch.yml"),
      `namespace: ${world.namespace}
elasticsearch: { url: "${await elasticsearchUrl()}" }
hosts: []
watch: { rules: "${folder.path}/*-rules.yml", from: 24h }
`,
    );
    await world.write([0, 1, 2, 3].map((n) => failure(n * 1000, "203.0.113.5", `user${n % 2}`)));
  });
  after(async () => {
    await folder[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  it("rules check counts what is right, and names every mistake while the others stay", async () => {
    assert.match((await run("rules", "check")).out, /^2 rules in 1 file, no mistakes/);
    await writeFile(join(folder.path, "bad-rules.yml"), bad);
    const refused = await run("rules", "check");
    assert.equal(refused.code, "RULES_INVALID");
    assert.match(
      refused.message,
      /bad-rules\.yml:4:14: match\.event\.outcom: no field "event\.outcom"; did you mean "event\.outcome"\?/,
    );
    const { ok, rules } = await json<{ ok: boolean; rules: number }>("rules", "check");
    assert.deepEqual([ok, rules], [false, 2]);
    // It says so at each start, and the others are judged.
    const watched = await run("watch", "--once", "--at", at(-2 * minute).toISOString());
    assert.match(watched.out, /^2 rules judged/);
    await writeFile(join(folder.path, "bad-rules.yml"), "version: 1\n");
  });

  it("rules test says which test expects what", async () => {
    const result = await json<object>("rules", "test");
    const failed = [{ rule: "brute", it: "expects too much", expected: 1, got: 0 }];
    assert.deepEqual(result, { ok: false, rules: 2, tests: 2, passed: 1, failed });
    assert.equal((await run("rules", "test")).code, "RULE_TESTS_FAILED");
  });

  it("rules backtest counts alerts and mails of the past and writes nothing", async () => {
    const range = ["--from", at(-minute).toISOString(), "--to", at(60 * minute).toISOString()];
    const result = await json<{ alerts: number; rules: { by_weekday: Record<string, number> }[] }>(
      "rules",
      "backtest",
      "brute",
      ...range,
    );
    assert.equal(result.alerts, 1);
    assert.equal(result.rules[0]?.by_weekday["Monday"], 1);
    assert.deepEqual(await world.alerts(), []);
    assert.match(
      (await run("rules", "backtest", ...range)).out,
      /1 alert, 0 mails; nothing was written/,
    );
    assert.equal((await run("rules", "backtest", "--weeks", "none")).code, "USAGE_WEEKS");
  });

  it("rules backtest shows on a terminal how far it is, and nothing elsewhere", async () => {
    const range = ["--from", at(-minute).toISOString(), "--to", at(2880 * minute).toISOString()];
    terminal = true;
    const { err } = await run("rules", "backtest", ...range);
    terminal = false;
    const shares = [...err.matchAll(/\r\[#*\.*\] (\d+) %/g)].map(([, share]) => Number(share));
    assert.ok(shares.length > 4, "each step of six hours moves it");
    assert.ok(shares.every((share, i) => i === 0 || share > (shares[i - 1] ?? 0)));
    assert.match(err, /\[#{25}\] 100 %\n$/);
    assert.equal((await run("rules", "backtest", ...range)).err, "");
  });

  it("rules explain shows what a rule sees, and knows a misspelt id", async () => {
    const time = ["--at", at(3000).toISOString()];
    const seen = await json<{ events: number; groups: object[] }>(
      "rules",
      "explain",
      "brute",
      ...time,
    );
    assert.equal(seen.events, 4);
    assert.deepEqual(seen.groups, [
      { group: { "source.ip": "203.0.113.5" }, events: 4, attempts: 4, fires: true, count: 4 },
    ]);
    assert.match((await run("rules", "explain", "brute", ...time)).out, /fires with 4/);
    assert.equal((await run("rules", "explain", "brtue", ...time)).code, "RULE_UNKNOWN");
  });

  it("rules import writes what is exact and refuses the rest with the reason", async () => {
    const file = join(folder.path, "sigma.yml");
    await writeFile(file, sigma);
    const { out, err, code } = await run("rules", "import", "--sigma", file);
    assert.match(out, /id: failed-logon/);
    assert.match(err, /A pattern: .*modifier re cannot be said exactly/);
    assert.equal(code, "SIGMA_REFUSED");
  });

  it("watch --once judges as of a time; alerts are listed, shown, worked on and explained", async () => {
    const pass = await json<{ rules: number; changed: number }>(
      "watch",
      "--once",
      "--at",
      at(3 * minute).toISOString(),
    );
    assert.deepEqual([pass.rules, pass.changed], [2, 1]);
    const [document, ...others] = await json<AlertDocument[]>("alerts", "list");
    assert.deepEqual(others, []);
    assert.ok(document);
    const { alert } = document.leafwatch;
    assert.deepEqual(
      [
        document.rule.id,
        document.rule.name,
        alert.group,
        alert.state,
        alert.count,
        alert.threshold,
      ],
      ["brute", "Brute", { "source.ip": "203.0.113.5" }, "active", 4, 3],
    );
    assert.deepEqual(await json("alerts", "list", "--workflow", "closed"), []);
    assert.equal((await run("alerts", "list", "--workflow", "closed")).out, "no alerts\n");
    const stranger = await run("alerts", "list", "--rule", "brtue", "--json");
    assert.deepEqual([stranger.out, stranger.code], ["[]\n", undefined]);
    assert.match(stranger.err, /there is no rule "brtue": did you mean "brute"\?/);
    assert.equal((await run("alerts", "list", "--rule", "brute")).err, "");
    const { id } = alert;
    const [, row = ""] = (await run("alerts", "list")).out.split("\n");
    const [shortId = "", ...cells] = row.split(/ {2,}/);
    assert.deepEqual(cells.slice(0, 3), [alert.level, "active open", "2026-11-16 10:00:00"]);
    const page = (await run("alerts", "show", shortId)).out;
    assert.match(page, new RegExp(`^alert ${id} of rule brute `, "m"));
    assert.match(page, /4 against 3; first seen 2026-11-16T10:00:00\.000Z/);
    assert.match(page, /app1: Failed password for user0 from 203\.0\.113\.5/);

    // As the mail says it.
    const { acknowledge } = describeAlert(
      { alert: alertOf(document), transition: "active", number: 1, to: [], at: alert.opened_at },
      { timezone: "UTC" },
    );
    const [, ...words] = acknowledge.split(" ");
    await run(...words, "--by", "alice", "--note", "mine");
    await run("alerts", "snooze", id, "--for", "4h", "--by", "bob");
    const closed = await json<AlertDocument>(
      "alerts",
      "close",
      id,
      "--reason",
      "false: a test",
      "--by",
      "alice",
    );
    const { workflow, workflow_log: log = [], closed: how } = closed.leafwatch.alert;
    assert.equal(workflow, "closed");
    assert.equal(how?.note, "false: a test");
    assert.deepEqual(
      log.map(({ action, by }) => `${action} by ${by}`),
      ["acknowledged by alice", "snoozed by bob", "closed by alice"],
    );
    await world.client.indices.refresh({ index: `logs-leafwatch.alert-${world.namespace}` });
    const explained = (await run("alerts", "explain", id)).out;
    assert.match(
      explained,
      /acknowledged by alice: mine\n.*snoozed by bob\n.*closed by alice: false: a test/,
    );
    assert.match(explained, /the rule fires today, with 4 of 3\./);
    assert.equal((await run("alerts", "show", "nope")).code, "ALERT_UNKNOWN");
    assert.equal((await run("alerts", "snooze", id, "--for", "long")).code, "USAGE_DURATION");
    assert.equal((await run("alerts", "list", "--state", "awake")).code, "USAGE_CHOICE");
    assert.equal((await run("watch", "--at", "2026-11-16")).code, "USAGE_TIME");
  });
});
