import assert from "node:assert/strict";
import { alertOf } from "../../../src/model/alert-document.ts";
import { backtest } from "../../../src/watch/backtest.ts";
import { elasticEvents } from "../../../src/watch/elastic-events.ts";
import { explainRule } from "../../../src/watch/explain.ts";
import { at, createWorld, rulesOf, type World, type WorldEvent } from "./world.ts";

const hour = 3_600_000;
const day = 24 * hour;
const week = 7 * day;
const signal = new AbortController().signal;

const rule = `
rules:
  - id: unusual
    timezone: Europe/London
    within: 1h
    match: { event.outcome: failure }
    show: [user.name]
    baseline: { scale: { event.outcome: success } }
`;

/** `attempts` logins at `ms`, read by the shipper weeks later where the host was new then. */
const logins = (ms: number, outcome: string, attempts: number, lateMs = 2000): WorldEvent => ({
  at: ms,
  lateMs,
  fields: {
    "event.category": ["authentication"],
    "event.outcome": outcome,
    "leafwatch.attempts": attempts,
    "user.name": "member",
    "event.original": `${attempts} of ${outcome}`,
  },
});

/** Five weeks before the Monday on which the world starts, read at once when they were over. */
function history(): WorldEvent[] {
  const events = [];
  for (let ms = -5 * week; ms < 0; ms += hour) {
    const time = at(ms);
    const busy = time.getUTCDay() === 4 && [18, 19].includes(time.getUTCHours());
    const failed = busy ? 28 + (time.getUTCDate() % 5) : time.getUTCDate() % 4;
    if (failed > 0) events.push(logins(ms, "failure", failed, -ms));
    events.push(logins(ms + 1, "success", busy ? 200 : 10, -ms));
  }
  return events;
}

describe("watch: baseline over Elasticsearch", function () {
  this.timeout(120_000);
  let world: World;
  before(async () => {
    world = await createWorld();
    await world.write([
      ...history(),
      // Tuesday 02:00, and Thursday evening as ever.
      logins(16 * hour, "failure", 31),
      logins(16 * hour, "success", 10),
      logins(3 * day + 8 * hour, "failure", 31),
      logins(3 * day + 8 * hour, "success", 200),
    ]);
  });
  after(async () => {
    await world[Symbol.asyncDispose]();
  });

  it("learns from imported weeks, lets Thursday pass and says what was usual at the other hour", async () => {
    const rules = await rulesOf(rule);
    await world.watcher(rules, { from: at(0) }).pass(at(5 * day), signal);
    const alerts = (await world.alerts()).map(alertOf);
    assert.deepEqual(
      alerts.map(({ first_seen, count, expected }) => [first_seen, count, expected?.rung]),
      [[at(16 * hour).toISOString(), 31, "weekly"]],
    );
    const [alert] = alerts;
    assert.ok(alert && alert.threshold >= 8 && alert.threshold < 25, String(alert?.threshold));
    assert.ok((alert.expected?.count ?? 99) < 5, JSON.stringify(alert.expected));
    assert.equal(alert.evidence.lines[0]?.original, "31 of failure");
  });

  it("is explained with what was usual", async () => {
    const [own] = await rulesOf(rule);
    assert.ok(own);
    const store = elasticEvents(world);
    const seen = await explainRule(own, store, at(17 * hour), signal);
    assert.equal(seen.groups[0]?.fires, true);
    assert.equal(seen.groups[0].usual?.expected.rung, "weekly");
  });

  it("back-tests as it watches", async () => {
    const range = { from: at(0), to: at(5 * day) };
    const store = elasticEvents(world);
    const result = await backtest(await rulesOf(rule), store, range, () => undefined, signal);
    assert.equal(result.alerts, 1);
    assert.equal(result.rules[0]?.by_weekday["Tuesday"], 1);
  });
});
