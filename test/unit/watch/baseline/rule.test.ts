import assert from "node:assert/strict";
import { parseRuleFile } from "../../../../src/watch/parse-rule-file.ts";
import { memoryWorld, type MemoryWorld } from "../memory-world.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const week = 7 * day;
/** A Monday, summer time in London: five weeks later it has ended. */
const begin = Date.parse("2026-09-27T23:00:00Z");
const after = begin + 5 * week + hour;

const rule = (more = "", lines = "") => `  - id: r
    timezone: Europe/London
    within: 1h
    match: { event.outcome: failure }
    ${lines}
    baseline: { scale: { event.outcome: success }, min: 4${more} }
`;

/** Five weeks: an hour's two failures, and every Thursday from 18:00 to 20:00 by the wall clock thirty of 200 logins. */
function history(world: MemoryWorld, fields: Record<string, unknown> = {}): void {
  for (let at = begin; at < after; at += hour) {
    const local = new Date(at + (at < Date.parse("2026-10-25T01:00:00Z") ? hour : 0));
    const busy = local.getUTCDay() === 4 && [18, 19].includes(local.getUTCHours());
    const [failed, worked] = busy
      ? [28 + (local.getUTCDate() % 5), 200]
      : [local.getUTCDate() % 4, 10];
    if (failed > 0) world.write(at + minute, { ...fields, "leafwatch.attempts": failed });
    world.write(at + minute, {
      ...fields,
      "event.outcome": "success",
      "leafwatch.attempts": worked,
    });
  }
}

/** `attempts` logins in the hour of the sixth week that begins at `hours` after its Monday. */
const inWeek6 = (hours: number) => after + hours * hour;
const thursday = (hourOfDay: number) => inWeek6(3 * 24 + hourOfDay);

const failures = (world: MemoryWorld, at: number, attempts: number, delayMs = 2000) => {
  world.write(at + 5 * minute, { "leafwatch.attempts": attempts }, delayMs);
};

const told = (world: MemoryWorld) =>
  world.alerts().map(({ count, threshold, expected, first_seen }) => {
    assert.ok(count >= threshold, `${count} against ${threshold}`);
    return `${first_seen.slice(0, 16)} ${count} ${expected?.rung}`;
  });

describe("watch: baseline", () => {
  for (const [how, everyMs] of [
    ["hour by hour", hour],
    ["after the fact", week],
  ] as const) {
    it(`lets Thursday evening pass and finds the same number of failures at another hour, judged ${how}`, async () => {
      const world = await memoryWorld(rule(), inWeek6(0));
      history(world);
      const end = inWeek6(5 * 24);
      const worked = (at: number, attempts: number) => {
        world.write(at + minute, { "event.outcome": "success", "leafwatch.attempts": attempts });
      };
      for (const at of [thursday(18), thursday(19)]) {
        failures(world, at, 31);
        worked(at, 200);
      }
      failures(world, inWeek6(30), 31);
      worked(inWeek6(30), 10);
      for (let now = inWeek6(0) + everyMs; now < end + everyMs; now += everyMs)
        await world.pass(now + 3 * minute);
      assert.deepEqual(told(world), ["2026-11-03T06:05 31 weekly"]);
      const [alert] = world.alerts();
      assert.ok((alert?.expected?.count ?? 99) < 5, JSON.stringify(alert?.expected));
    });
  }

  it("finds an attack that hides in the busy hour", async () => {
    const world = await memoryWorld(rule(), inWeek6(0));
    history(world);
    world.write(thursday(18) + minute, { "event.outcome": "success", "leafwatch.attempts": 200 });
    failures(world, thursday(18), 120);
    await world.pass(inWeek6(5 * 24));
    assert.deepEqual(told(world), ["2026-11-05T18:05 120 weekly"]);
    const [alert] = world.alerts();
    assert.ok((alert?.expected?.count ?? 0) > 20, JSON.stringify(alert?.expected));
  });

  it("takes back what successes that arrive late explain", async () => {
    const world = await memoryWorld(rule(", season: none"), inWeek6(0));
    history(world);
    failures(world, inWeek6(30), 31);
    await world.pass(inWeek6(32));
    assert.equal(world.alerts().length, 1);
    const at = inWeek6(30) + minute;
    world.write(at, { "event.outcome": "success", "leafwatch.attempts": 250 }, 3 * hour);
    await world.pass(inWeek6(34));
    assert.deepEqual(world.alerts(), []);
    assert.equal(world.steps().at(-1), "withdrawn");
  });

  it("is held against a fixed limit until a day is known, and says so", async () => {
    const world = await memoryWorld(rule(", floor: 12"), begin);
    failures(world, begin + hour, 11);
    failures(world, begin + 2 * hour, 12);
    await world.pass(begin + 5 * hour);
    assert.deepEqual(told(world), ["2026-09-28T01:05 12 static"]);
    assert.equal(world.alerts()[0]?.threshold, 12);
    assert.equal(world.alerts()[0]?.expected?.count, undefined);
  });

  it("knows each group for itself", async () => {
    const world = await memoryWorld(rule("", "group_by: [host.name]"), inWeek6(0));
    history(world, { "host.name": "busy" });
    for (let at = begin; at < after; at += 7 * hour) world.write(at, { "host.name": "calm" });
    const at = thursday(18);
    for (const name of ["busy", "calm"]) {
      world.write(at, { "host.name": name, "event.outcome": "success", "leafwatch.attempts": 200 });
      world.write(at, { "host.name": name, "leafwatch.attempts": 30 });
    }
    await world.pass(inWeek6(4 * 24));
    assert.deepEqual(
      world.alerts().map(({ group }) => group),
      [{ "host.name": "calm" }],
    );
  });

  it("asks for hours in a row where the rule does", async () => {
    const world = await memoryWorld(rule("", "for: 2"), inWeek6(0));
    history(world);
    failures(world, inWeek6(10), 40);
    failures(world, inWeek6(30), 40);
    failures(world, inWeek6(31), 40);
    await world.pass(inWeek6(40));
    assert.deepEqual(told(world), ["2026-11-03T06:05 40 weekly"]);
  });

  it("promises the false alerts of its budget", async () => {
    const promised = async (budget: string) => {
      const text = `version: 1\nrules:\n${rule(`, budget: ${budget}`)}`;
      const { rules, problems } = await parseRuleFile(text, "r.yml");
      return rules[0]?.condition.promisedPerWeek?.toFixed(2) ?? problems[0]?.message;
    };
    assert.equal(await promised("1 per month"), "0.23");
    assert.equal(await promised("2 per week"), "2.00");
    assert.match(
      (await promised("often")) ?? "",
      /"often" is no budget: write for example 1 per month/,
    );
  });

  it("refuses windows that are no whole part of a day", async () => {
    const text = `version: 1\nrules:\n${rule().replace("within: 1h", "within: 7h")}`;
    const { rules, problems } = await parseRuleFile(text, "r.yml");
    assert.deepEqual(rules, []);
    assert.match(problems[0]?.message ?? "", /windows that divide a day/);
    assert.equal(problems[0]?.line, 5);
  });
});
