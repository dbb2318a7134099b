import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { Client } from "@elastic/elasticsearch";
import { Command } from "commander";
import sinon from "sinon";
import { alertsCommand } from "../../../src/commands/alerts.ts";
import { reportCommand } from "../../../src/commands/report.ts";
import { AppError } from "../../../src/lib/errors.ts";
import type { AlertDocument } from "../../../src/model/alert-document.ts";
import { levels } from "../../../src/model/alert.ts";
import type { Report } from "../../../src/report/model.ts";
import {
  elasticsearchUrl,
  randomNamespace,
  removeNamespace,
  testClient,
} from "../../helpers/elasticsearch.ts";
import { madeAlert, storeWorld } from "../../helpers/report-store.ts";
import { oddLogin } from "../../helpers/report-world.ts";

describe("leafwatch report", function () {
  this.timeout(120_000);
  const namespace = randomNamespace();
  let client: Client;
  let folder: string;

  before(async () => {
    client = await testClient();
    folder = await mkdtemp(join(tmpdir(), "leafwatch-"));
    const at = (minute: number) => new Date(Date.UTC(2026, 10, 18, 12, minute)).toISOString();
    const logins = Array.from({ length: 12 }, (_, n) => oddLogin(at(n), "carol", "203.0.113.9"));
    const alerts = [
      madeAlert("seen", "high", at(1)),
      madeAlert("closed", "low", at(2), {
        workflow: "closed",
        closed: { at: at(9), by: "ops", note: "false: a test" },
      }),
      madeAlert("part", "high", at(3), { merged_into: "seen" }),
      madeAlert("never", "critical", at(4), { withdrawn: true }),
      madeAlert("older", "medium", "2026-11-11T10:00:00Z"),
    ];
    await storeWorld(client, namespace, logins, alerts);
    await configure("leafwatch.yml", await elasticsearchUrl(), namespace);
    await configure("empty.yml", await elasticsearchUrl(), randomNamespace());
    await configure("down.yml", "http://127.0.0.1:9", namespace);
    await mkdir(join(folder, "rules"));
    await writeFile(join(folder, "rules", "rules.yml"), rules);
    await writeFile(join(folder, "mutes.yml"), mutes);
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
    await removeNamespace(client, namespace);
  });

  async function configure(name: string, url: string, inNamespace: string): Promise<void> {
    const lines = [
      `timezone: Europe/London`,
      `namespace: ${inNamespace}`,
      `elasticsearch: { url: "${url}" }`,
      `kibana: { url: "http://kibana.example.org:5601", space: it }`,
      `watch: { rules: "${join(folder, "rules", "*.yml")}", mutes: "${join(folder, "mutes.yml")}" }`,
      `check_in: { weekday: wednesday, match: { event.category: authentication, not: { user.name: { wildcard: "svc-*" } } } }`,
    ];
    await writeFile(join(folder, name), `${lines.join("\n")}\n`);
  }

  /** What the command prints. */
  async function run(args: readonly string[], config = "leafwatch.yml"): Promise<string> {
    let printed = "";
    const io = {
      stdin: Readable.from([]),
      out: async (text: string) => {
        printed += text;
      },
      err: () => undefined,
      terminal: false,
      signal: new AbortController().signal,
    };
    const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
    for (const add of [reportCommand, alertsCommand]) add(program, io);
    await program.parseAsync([...args, "--config", join(folder, config)], { from: "user" });
    return printed;
  }

  const jsonOf = async (week = "2026-W47", config?: string): Promise<Report> =>
    JSON.parse(
      await run(["report", "--week", week, "--out", "-", "--format", "json"], config),
    ) as Report;

  /** Checks that the command ends in this error, with a hint. */
  const fails = async (args: readonly string[], code: string, message: RegExp, config?: string) => {
    await assert.rejects(run(["report", ...args], config), (error) => {
      assert.ok(error instanceof AppError, String(error));
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.notEqual(error.hint, "");
      return true;
    });
  };

  it("counts the alerts that `alerts list` lists", async () => {
    const report = await jsonOf();
    const listed = JSON.parse(await run(["alerts", "list", "--json"])) as AlertDocument[];
    const inWeek = listed.filter(
      ({ leafwatch: { alert } }) =>
        alert.opened_at >= report.week.from && alert.opened_at < report.week.until,
    );
    assert.equal(inWeek.length, 2);
    assert.equal(report.incidents.total, inWeek.length);
    for (const level of levels) {
      const own = inWeek.filter(({ leafwatch: { alert } }) => alert.level === level);
      assert.equal(report.incidents.by_level[level], own.length, level);
    }
    assert.deepEqual(
      report.incidents.shown.map(({ id }) => id).sort(),
      inWeek.map(({ leafwatch: { alert } }) => alert.id).sort(),
    );
    assert.deepEqual(
      report.incidents.carried.map(({ id }) => id),
      ["older"],
    );
  });

  it("names what kept rules from speaking, with owner and end", async () => {
    const endsAt = async (now: string) => {
      const clock = sinon.useFakeTimers({ now: new Date(now), toFake: ["Date"] });
      try {
        const { in_force } = (await jsonOf()).changes;
        return in_force.map(({ what, of, owner, until, ends }) => [what, of, owner, until, ends]);
      } finally {
        clock.restore();
      }
    };
    const mute = ["mute", "all rules", "ops", "2026-11-28T00:00:00.000Z"];
    const exception = ["exception", "ssh", "it", "2099-02-01T00:00:00.000Z", "later"];
    assert.deepEqual(await endsAt("2026-11-27T23:59:59.999Z"), [[...mute, "soon"], exception]);
    assert.deepEqual(await endsAt("2026-11-28T00:00:00Z"), [[...mute, "ended"], exception]);
  });

  it("finds check-ins by a filter of the rules' language", async () => {
    const { check_in: day } = await jsonOf();
    assert.equal(day?.struggled[0]?.member, "carol");
    assert.equal(day.struggled[0].failures, 12);
  });

  it("links to the dashboards in the configured space, with week and value filled in", async () => {
    const { links, top, incidents } = await jsonOf();
    const root = "http://kibana.example.org:5601/s/it/app/";
    const overview = links?.overview ?? "";
    assert.ok(overview.startsWith(`${root}dashboards#/view/leafwatch-overview?`), overview);
    assert.ok(decodeURIComponent(overview).includes("from:'2026-11-16T00:00:00.000Z'"), overview);
    assert.match(top.users.rows[0]?.link ?? "", /leafwatch-logins.*carol/);
    const link = incidents.shown[0]?.link ?? "";
    assert.ok(link.startsWith(`${root}dashboards#/view/`) && link.includes("203.0.113.5"), link);
    const html = await run(["report", "--week", "2026-W47", "--out", "-", "--format", "html"]);
    assert.ok(html.includes(`<a href="${root}`));
  });

  it("keeps the rules only for the week that has just ended", async () => {
    await jsonOf("2026-W40").catch(() => undefined);
    await client.indices.refresh({
      index: `leafwatch-jobs-${namespace}`,
      ignore_unavailable: true,
    });
    const stored = await client.count({
      index: `leafwatch-jobs-${namespace}`,
      ignore_unavailable: true,
      query: { term: { week: "2026-W40" } },
    });
    assert.equal(stored.count, 0);
  });

  it("writes a file in the format of its name", async () => {
    const paths = ["r.pdf", "r.html", "r.json"].map((name) => join(folder, name));
    for (const out of paths) await run(["report", "--week", "2026-W47", "--out", out]);
    const [pdf, html, json] = await Promise.all(paths.map((path) => readFile(path)));
    assert.ok(pdf?.toString("latin1").startsWith("%PDF-1.7"));
    assert.match(html?.toString() ?? "", /^<!doctype html>/);
    assert.equal((JSON.parse(json?.toString() ?? "") as Report).week.id, "2026-W47");
  });

  it("reports an empty cluster as what it is: no data", async () => {
    assert.equal((await jsonOf("2026-W47", "empty.yml")).verdict.word, "no data");
  });

  it("says what is wrong with a week, a path and the server, and what to do", async () => {
    const out = join(folder, "x.pdf");
    for (const week of ["2026-W54", "2026-W00", "W47", "2026-47", "next"]) {
      await fails(["--week", week, "--out", out], "REPORT_WEEK_INVALID", new RegExp(week));
    }
    await fails(["--week", "2099-W01", "--out", out], "REPORT_WEEK_AHEAD", /2099-W01/);
    const nowhere = join(folder, "no", "such", "r.pdf");
    await fails(["--week", "2026-W47", "--out", nowhere], "REPORT_WRITE", /no.such.r\.pdf/);
    await fails(["--week", "2026-W47"], "USAGE_REPORT", /where/);
    await fails(["--week", "2026-W47", "--out", "x.docx"], "USAGE_REPORT", /\.docx/);
    await fails(
      ["--week", "2026-W47", "--out", out],
      "ES_UNREACHABLE",
      /127\.0\.0\.1:9/,
      "down.yml",
    );
  });
});

const rules = `version: 1
rules:
  - id: ssh
    match: { event.category: authentication }
    within: 5m
    count: { gte: 10 }
    except: [{ source.ip: 192.0.2.10, why: external monitor, owner: it, until: 2099-01-31 }]
`;

const mutes = `version: 1
timezone: Europe/London
mutes:
  - { owner: ops, reason: a test of the network, until: 2026-11-27 }
  - { owner: ops, reason: over before the week, until: 2026-11-10 }
`;
