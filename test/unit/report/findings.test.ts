import assert from "node:assert/strict";
import type { Report } from "../../../src/report/model.ts";
import { findingRules } from "../../../src/report/findings.ts";
import {
  checkInDay,
  madeIncident,
  madeReport,
  madeSource,
  noMails,
} from "../../helpers/report-made.ts";

const calm = madeReport();

function share(id: "http_5xx_share", value: number, median: number): Report["figures"] {
  const rest = { previous: null, change: null, change_from_median: null };
  return [{ id, label: "", unit: "percent", value, median, ...rest }];
}

function oneIncident(changes: Parameters<typeof madeIncident>[0]): Report["incidents"] {
  return { ...calm.incidents, total: 1, shown: [madeIncident(changes)] };
}

const mute = { what: "mute" as const, of: "r", why: "w", owner: "o", until: calm.week.to };
const ruleRow = {
  id: "r",
  title: "r",
  level: "low" as const,
  hash: "h",
  alerts: 3,
  coverage_percent: 100,
  failures: 0,
  false_alerts: 3,
  promised_per_week: 0.25,
};

/** For each written rule a week in which it speaks, and one beside it in which it does not. */
const cases: [rule: string, speaks: Partial<Report>, silent: Partial<Report>][] = [
  [
    "serious-alert-open",
    { incidents: oneIncident({}) },
    { incidents: oneIncident({ workflow: "acknowledged" }) },
  ],
  ["nothing-arrived", { sources: { ...calm.sources, events: 0 } }, {}],
  [
    "source-silent",
    { sources: { ...calm.sources, rows: [madeSource("a"), { ...madeSource("b"), events: 0 }] } },
    { sources: { ...calm.sources, rows: [{ ...madeSource("b"), events: 0, expected: false }] } },
  ],
  [
    "gap",
    {
      coverage: { ...calm.coverage, gaps: [{ from: calm.week.from, to: calm.week.to, hours: 4 }] },
    },
    {},
  ],
  [
    "failures-above-expectation",
    { trend: [{ week: "2026-W47", value: 31, expected: { low: 10, high: 30 } }] },
    { trend: [{ week: "2026-W47", value: 30, expected: { low: 10, high: 30 } }] },
  ],
  [
    "alert-open",
    { incidents: oneIncident({ level: "low" }) },
    { incidents: oneIncident({ level: "low", workflow: "closed" }) },
  ],
  [
    "carried-over",
    { incidents: { ...calm.incidents, carried_total: 1, carried: [madeIncident()] } },
    {},
  ],
  [
    "rules-not-judged",
    { coverage: { ...calm.coverage, rules_percent: 99.8 } },
    { coverage: { ...calm.coverage, rules_percent: null } },
  ],
  [
    "mail-dead",
    { rules: { ...calm.rules, mails: { ...noMails, undelivered: 1 } } },
    { rules: { ...calm.rules, mails: null } },
  ],
  ["dead-letters", { sources: { ...calm.sources, dead_letters: 1 } }, {}],
  [
    "server-errors",
    { figures: share("http_5xx_share", 2.1, 1) },
    { figures: share("http_5xx_share", 2, 1) },
  ],
  [
    "not-parsed",
    { sources: { ...calm.sources, unparsed: 11 } },
    { sources: { ...calm.sources, unparsed: 10 } },
  ],
  [
    "delay",
    { sources: { ...calm.sources, rows: [{ ...madeSource("a"), delay_p95_ms: 300_001 }] } },
    { sources: { ...calm.sources, rows: [{ ...madeSource("a"), delay_p95_ms: 300_000 }] } },
  ],
  [
    "missing-members",
    { check_in: { ...checkInDay, missing: [{ member: "a", days: 3 }], missing_total: 1 } },
    { check_in: { ...checkInDay, missing: [{ member: "a", days: 2 }], missing_total: 1 } },
  ],
  [
    "struggling-members",
    { check_in: { ...checkInDay, struggled: [{ member: "a", failures: 3, first_success: null }] } },
    { check_in: checkInDay },
  ],
  [
    "false-alerts",
    { rules: { ...calm.rules, rows: [ruleRow] } },
    { rules: { ...calm.rules, rows: [{ ...ruleRow, promised_per_week: null }] } },
  ],
  [
    "ending-soon",
    {
      changes: {
        ...calm.changes,
        in_force: [{ ...mute, ends: "soon" }],
      },
    },
    { changes: { ...calm.changes, in_force: [{ ...mute, ends: "later" }] } },
  ],
];

describe("what follows from the numbers", () => {
  it("is nothing in a calm week", () => {
    assert.deepEqual(calm.recommendations, []);
    assert.deepEqual(calm.actions, []);
    assert.equal(calm.verdict.word, "calm");
  });

  it("has a test for every written rule", () => {
    assert.deepEqual(
      cases.map(([rule]) => rule).sort(),
      findingRules.map((rule) => rule.id).sort(),
    );
  });

  for (const [rule, speaks, silent] of cases) {
    it(`says ${rule} with its evidence, and only then`, () => {
      const found = madeReport(speaks).recommendations.find((one) => one.rule === rule);
      assert.ok(found?.evidence);
      assert.ok(!madeReport(silent).recommendations.some((one) => one.rule === rule));
    });
  }

  it("takes the verdict from the heaviest finding", () => {
    assert.equal(madeReport({ sources: { ...calm.sources, events: 0 } }).verdict.word, "no data");
    assert.equal(madeReport({ incidents: oneIncident({}) }).verdict.word, "act now");
    assert.equal(
      madeReport({ incidents: oneIncident({ level: "low" }) }).verdict.word,
      "attention",
    );
    assert.equal(madeReport({ sources: { ...calm.sources, unparsed: 500 } }).verdict.word, "calm");
  });

  it("asks for three things at most, the heaviest first", () => {
    const report = madeReport({
      incidents: { ...oneIncident({}), carried_total: 1, carried: [madeIncident()] },
      sources: { ...calm.sources, dead_letters: 5, unparsed: 500 },
      coverage: { ...calm.coverage, rules_percent: 50 },
    });
    assert.equal(report.actions.length, 3);
    assert.equal(report.actions[0], report.recommendations[0]?.text);
    assert.equal(report.recommendations[0]?.rule, "serious-alert-open");
  });

  it("says at most five sentences", () => {
    assert.ok(madeReport({ check_in: checkInDay }).sentences.length <= 5);
  });
});
