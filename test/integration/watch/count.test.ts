import assert from "node:assert/strict";
import { alertOf } from "../../../src/model/alert-document.ts";
import { at, createWorld, failure, rulesOf, type World } from "./world.ts";

const rule = `
defaults: { notify: { to: [security] } }
rules:
  - id: brute
    title: "Brute force from {source.ip}: {count} failures, {distinct.user.name} users"
    level: high
    attack: [T1110.001]
    match: { event.category: authentication, event.outcome: failure }
    group_by: [source.ip]
    within: 5m
    count: { gte: 10 }
    show: [user.name]
    respond: Block it.
`;
const signal = new AbortController().signal;
const minute = 60_000;
const burst = (n: number, from: number, overMs: number, ip: string) =>
  Array.from({ length: n }, (_, i) =>
    failure(from + Math.round((overMs / Math.max(1, n - 1)) * i), ip, `user${i % 3}`),
  );

describe("watch: counting over Elasticsearch", function () {
  this.timeout(60_000);
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(async () => {
    await world[Symbol.asyncDispose]();
  });

  it("passes without any data stream and finds nothing", async () => {
    const watcher = world.watcher(await rulesOf(rule));
    const result = await watcher.pass(at(0), signal);
    assert.deepEqual([result.rules, result.changed, result.failed], [1, 0, []]);
  });

  it("raises one alert with its evidence, one transition and one row of mail", async () => {
    await world.write([
      ...burst(12, 0, 4 * minute, "203.0.113.5"),
      ...burst(9, 0, 4 * minute, "203.0.113.6"),
      ...burst(10, 0, 6 * minute, "203.0.113.7"),
    ]);
    const watcher = world.watcher(await rulesOf(rule));
    for (const passAt of [3, 5, 6, 8]) await watcher.pass(at(passAt * minute), signal);

    const documents = await world.alerts();
    assert.equal(documents.length, 1);
    const [document] = documents;
    assert.ok(document);
    assert.deepEqual(document["source"], { ip: "203.0.113.5" });
    assert.equal(document.event.severity, 73);
    const alert = alertOf(document);
    assert.equal(alert.summary, "Brute force from 203.0.113.5: 12 failures, 3 users");
    assert.deepEqual(
      [
        alert.state,
        alert.workflow,
        alert.count,
        alert.threshold,
        alert.first_seen,
        alert.last_seen,
      ],
      ["active", "open", 12, 10, at(0).toISOString(), at(4 * minute).toISOString()],
    );
    assert.equal(alert.evidence.lines.length, 5);
    assert.deepEqual(alert.evidence.top["user.name"]?.[0], { value: "user0", count: 4 });
    const transitions = await world.transitions();
    assert.deepEqual(
      transitions.map(({ event }) => (event as { kind: string }).kind),
      ["alert"],
    );
    assert.deepEqual(
      world.rows.map(({ transition, to, number }) => ({ transition, to, number })),
      [{ transition: "active", to: ["security"], number: 1 }],
    );
  });

  it("finds a burst that falls on the border of two passes", async () => {
    const watcher = world.watcher(await rulesOf(rule));
    await world.write(burst(5, 3 * minute - 2000, 1000, "203.0.113.5"));
    await watcher.pass(at(4 * minute), signal);
    await world.write(burst(5, 3 * minute, 1000, "203.0.113.5"));
    await watcher.pass(at(5 * minute), signal);
    assert.equal((await world.alerts()).length, 1);
  });

  it("judges events that arrive after their time was judged", async () => {
    const watcher = world.watcher(await rulesOf(rule));
    await world.write(burst(9, 0, minute, "203.0.113.5"));
    await watcher.pass(at(30 * minute), signal);
    assert.equal((await world.alerts().catch(() => [])).length, 0);
    await world.write([failure(2 * minute, "203.0.113.5", "late", 30 * minute)]);
    await watcher.pass(at(33 * minute), signal);
    const [document] = await world.alerts();
    assert.equal(document?.leafwatch.alert.count, 10);
    assert.equal(document.leafwatch.alert.last_seen, at(2 * minute).toISOString());
  });

  it("leaves out events that are later than late, whenever they are judged", async () => {
    const watcher = world.watcher(await rulesOf(rule));
    await world.write(burst(9, 0, minute, "203.0.113.5"));
    await world.write([failure(2 * minute, "203.0.113.5", "late", 25 * 60 * minute)]);
    await watcher.pass(at(30 * minute), signal);
    await watcher.pass(at(26 * 60 * minute), signal);
    assert.deepEqual(await world.alerts().catch(() => []), []);
  });

  it("goes on at the cursor after hours without a watcher", async () => {
    const rules = await rulesOf(rule);
    await world.watcher(rules).pass(at(0), signal);
    await world.write(burst(10, 60 * minute, minute, "203.0.113.5"));
    await world.write(burst(10, 9 * 60 * minute, minute, "203.0.113.9"));
    await world.watcher(rules).pass(at(20 * 60 * minute), signal);
    const alerts = (await world.alerts()).map(({ leafwatch: { alert } }) => alert);
    assert.equal(alerts.length, 2);
    assert.ok(alerts.every(({ state, late }) => state === "recovered" && late));
  });

  it("recovers after close_after, opens again within a day, and tells both", async () => {
    const watcher = world.watcher(await rulesOf(rule));
    await world.write(burst(10, 0, minute, "203.0.113.5"));
    for (const passAt of [3, 31, 33]) await watcher.pass(at(passAt * minute), signal);
    assert.equal((await world.alerts())[0]?.leafwatch.alert.state, "recovered");
    await world.write(burst(10, 120 * minute, minute, "203.0.113.5"));
    await watcher.pass(at(125 * minute), signal);
    const [document, ...others] = await world.alerts();
    assert.equal(others.length, 0);
    assert.equal(document?.leafwatch.alert.state, "active");
    assert.deepEqual(
      world.rows.map(({ transition }) => transition),
      ["active", "recovered", "active"],
    );
    const names = (await world.transitions()).map(
      ({ event }) => (event as { action: string }).action,
    );
    assert.deepEqual(names, ["active", "recovering", "recovered", "reopened"]);
  });

  it("two watchers at once raise one alert", async () => {
    const rules = await rulesOf(rule);
    await world.write(burst(10, 0, minute, "203.0.113.5"));
    await Promise.all([1, 2, 3].map(async () => world.watcher(rules).pass(at(5 * minute), signal)));
    assert.equal((await world.alerts()).length, 1);
    assert.equal((await world.transitions()).length, 1);
    assert.equal(new Set(world.rows.map(({ alert, number }) => `${alert.id} ${number}`)).size, 1);
  });

  it("misses nothing that a longer refresh interval has kept hidden", async () => {
    const { client, namespace } = world;
    await client.cluster.putComponentTemplate({
      name: `leafwatch-${namespace}@custom`,
      template: { settings: { "index.refresh_interval": "10m" } },
    });
    const watcher = world.watcher(await rulesOf(rule));
    await world.write(burst(2, 0, minute, "203.0.113.6"));
    await world.write(burst(10, 0, 4 * minute, "203.0.113.5"), true);
    for (const passAt of [5, 8]) {
      const { failed, changed } = await watcher.pass(at(passAt * minute), signal);
      assert.deepEqual([failed, changed], [[], 0]);
    }
    await client.indices.refresh({ index: `logs-system.auth-${namespace}` });
    await watcher.pass(at(9 * minute), signal);
    assert.equal((await world.alerts()).length, 1);
  });

  it("names a field that no mapping has and stays where it is", async () => {
    const rules = await rulesOf(
      rule.replace("[source.ip]\n", "[winlog.event_data.Nowhere]\n").replace("{source.ip}", "it"),
    );
    await world.write(burst(10, 0, minute, "203.0.113.5"));
    const watcher = world.watcher(rules);
    const first = await watcher.pass(at(5 * minute), signal);
    assert.equal(first.failed[0]?.error.code, "RULE_FIELD_UNMAPPED");
    await watcher.pass(at(6 * minute), signal);
    const third = await watcher.pass(at(7 * minute), signal);
    assert.equal(third.problems[0]?.key, "rule-failing:brute");
    assert.equal(third.judgedUntil.get("brute"), at(-60 * minute).getTime());
  });
});
