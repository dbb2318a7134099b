import assert from "node:assert/strict";
import { parseRuleFile } from "../../../src/watch/parse-rule-file.ts";
import { testRules } from "../../../src/watch/test-rules.ts";
import { memoryWorld, type MemoryWorld } from "./memory-world.ts";

const start = Date.UTC(2026, 10, 16, 10);
const minute = 60_000;
const at = (minutes: number) => start + minutes * minute;
/** The clock at which everything before `minutes` is judged: a minute of `delay`. */
const judged = (minutes: number) => at(minutes + 1);

const often = (windows: number) => `
  - id: often
    title: "Failures from {source.ip}"
    match: { event.outcome: failure }
    group_by: [source.ip]
    within: 5m
    for: ${windows}
    count: { gte: 3 }
    notify: { to: [security] }
`;

/** Three failures in the aligned window of five minutes that begins there. */
function fill(world: MemoryWorld, minutes: number, fields = {}): void {
  for (const second of [10, 20, 30]) world.write(at(minutes) + second * 1000, fields);
}

const shown = (world: MemoryWorld) =>
  world.alerts().map(({ state, first_seen, last_seen, count }) => ({
    state,
    first: Date.parse(first_seen) - start,
    last: Date.parse(last_seen) - start,
    count,
  }));

describe("watch: windows that are not enough in a row yet", () => {
  it("are pending, with evidence and without a mail", async () => {
    const world = await memoryWorld(often(2), start);
    fill(world, 0);
    await world.pass(judged(4));
    assert.deepEqual(shown(world), []);
    await world.pass(judged(5));
    assert.deepEqual(shown(world), [{ state: "pending", first: 10_000, last: 30_000, count: 3 }]);
    await world.pass(judged(9));
    assert.deepEqual(world.steps(), ["pending"]);
    assert.deepEqual(world.rows, []);
    assert.equal(world.alerts()[0]?.evidence.lines.length, 3);
  });

  it("lapse with the next window, are listed no more and are told to nobody", async () => {
    const world = await memoryWorld(often(2), start);
    fill(world, 0);
    await world.pass(judged(5));
    await world.pass(judged(10));
    assert.deepEqual(shown(world), []);
    assert.deepEqual(world.steps(), ["pending", "lapsed"]);
    await world.pass(judged(200));
    assert.deepEqual(world.steps(), ["pending", "lapsed"]);
    assert.deepEqual(world.rows, []);
  });

  it("become the alert of the same id, opened when they are enough", async () => {
    const world = await memoryWorld(often(2), start);
    fill(world, 0);
    await world.pass(judged(5));
    const [before] = world.alerts();
    fill(world, 5);
    await world.pass(judged(10));
    const [alert, ...others] = world.alerts();
    assert.deepEqual(others, []);
    assert.equal(alert?.id, before?.id);
    assert.deepEqual([alert?.state, alert?.opened_at], ["active", iso(judged(10))]);
    assert.equal(alert?.first_seen, iso(at(0) + 10_000));
    assert.deepEqual(world.steps(), ["pending", "active"]);
    assert.deepEqual(
      world.rows.map(({ transition }) => transition),
      ["active"],
    );
    await world.pass(judged(60));
    assert.deepEqual(world.steps(), ["pending", "active", "recovered"]);
  });

  it("stay pending until as many as are asked for", async () => {
    const world = await memoryWorld(often(3), start);
    for (const window of [0, 5, 10]) {
      fill(world, window);
      await world.pass(judged(window + 5));
      const last = window * minute + 30_000;
      const state = window < 10 ? "pending" : "active";
      assert.deepEqual(shown(world), [{ state, first: 10_000, last, count: 3 }]);
    }
    assert.deepEqual(world.steps(), ["pending", "active"]);
  });

  it("become an alert when a late event makes the window good that let them lapse", async () => {
    const world = await memoryWorld(often(2), start);
    fill(world, 0);
    await world.pass(judged(5));
    const [before] = world.alerts();
    await world.pass(judged(10));
    for (const second of [10, 20, 30]) world.write(at(5) + second * 1000, {}, 7 * minute);
    await world.pass(judged(14));
    const [alert] = world.alerts();
    assert.deepEqual([alert?.id, alert?.state, alert?.flapping], [before?.id, "recovering", false]);
    assert.deepEqual(world.steps(), ["pending", "lapsed", "active", "recovering"]);
    assert.equal(world.rows.length, 1);
  });

  it("are not written of the past: a pass that catches up knows what became of them", async () => {
    const world = await memoryWorld(often(2), start);
    fill(world, 0);
    fill(world, 60);
    fill(world, 65);
    await world.pass(judged(180));
    assert.deepEqual(world.steps(), ["active", "recovered"]);
    assert.equal(world.alerts()[0]?.first_seen, iso(at(60) + 10_000));
  });

  it("belong to an incident of the last 24 hours, which is not pending anew", async () => {
    const world = await memoryWorld(often(2), start);
    fill(world, 0);
    fill(world, 5);
    await world.pass(judged(60));
    fill(world, 120);
    await world.pass(judged(125));
    assert.deepEqual(world.steps(), ["active", "recovered"]);
    assert.equal(world.alerts()[0]?.state, "recovered");
  });

  it("give an incident that begins later no name", async () => {
    const world = await memoryWorld(often(2), start);
    fill(world, 0);
    await world.pass(judged(5));
    const [before] = world.alerts();
    await world.pass(judged(10));
    fill(world, 60);
    fill(world, 65);
    await world.pass(judged(70));
    const [alert] = world.alerts();
    assert.notEqual(alert?.id, before?.id);
    assert.equal(alert?.first_seen, iso(at(60) + 10_000));
  });

  it("are written once by watchers that look at the same time", async () => {
    const world = await memoryWorld(often(2), start);
    fill(world, 0);
    await Promise.all([world.pass(judged(5)), world.pass(judged(5)), world.pass(judged(6))]);
    assert.deepEqual(world.steps(), ["pending"]);
    await Promise.all([world.pass(judged(10)), world.pass(judged(9)), world.pass(judged(10))]);
    assert.deepEqual(world.steps(), ["pending", "lapsed"]);
    // Behind the others: its clock is a window older.
    await world.pass(judged(9));
    assert.deepEqual(world.steps(), ["pending", "lapsed"]);
  });

  it("end with their rule and leave nothing in the list", async () => {
    const world = await memoryWorld(often(2), start);
    fill(world, 0);
    await world.pass(judged(5));
    await world.pass(judged(6), { rules: [], complete: true });
    assert.deepEqual(shown(world), []);
    assert.deepEqual(world.steps(), ["pending", "rule-removed"]);
    assert.deepEqual(world.rows, []);
  });

  it("may be a share as well", async () => {
    const world = await memoryWorld(
      often(2).replace(
        "count: { gte: 3 }",
        'of: { event.outcome: "*" }\n    ratio: { gte: 50%, min_of: 4 }',
      ),
      start,
    );
    fill(world, 0);
    world.write(at(1), { "event.outcome": "success" });
    await world.pass(judged(5));
    assert.deepEqual(shown(world), [
      { state: "pending", first: 10_000, last: 30_000, count: 0.75 },
    ]);
    await world.pass(judged(10));
    assert.deepEqual(world.steps(), ["pending", "lapsed"]);
  });

  it("are no alert to a test inside the rule", async () => {
    const tests = `    tests:
      - { it: one window is not enough, send: 3, over: 1m, alerts: 0 }
      - { it: two are, send: 6, over: 9m, alerts: 1 }
`;
    const { rules } = await parseRuleFile(`version: 1\nrules:\n${often(2)}${tests}`, "r.yml");
    const { failed, tests: run } = await testRules(rules, new AbortController().signal);
    assert.deepEqual([failed, run], [[], 2]);
  });
});

const iso = (ms: number) => new Date(ms).toISOString();
