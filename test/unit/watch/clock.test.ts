import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DateTime } from "luxon";
import { loadMutes } from "../../../src/watch/mute-file.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { memoryWorld } from "./memory-world.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Nights on which clocks change, and others on which a calendar is odd: local midnight before, in the zone. */
const nights: { title: string; zone: string; from: string; changesMs: number }[] = [
  { title: "spring, London", zone: "Europe/London", from: "2026-03-29", changesMs: -hour },
  { title: "autumn, London", zone: "Europe/London", from: "2026-10-25", changesMs: hour },
  { title: "spring, New York", zone: "America/New_York", from: "2026-03-08", changesMs: -hour },
  { title: "autumn, New York", zone: "America/New_York", from: "2026-11-01", changesMs: hour },
  {
    title: "autumn, Lord Howe",
    zone: "Australia/Lord_Howe",
    from: "2026-04-05",
    changesMs: hour / 2,
  },
  {
    title: "spring, Lord Howe",
    zone: "Australia/Lord_Howe",
    from: "2026-10-04",
    changesMs: -hour / 2,
  },
  { title: "leap day", zone: "Europe/London", from: "2028-02-29", changesMs: 0 },
  { title: "year end", zone: "America/New_York", from: "2026-12-31", changesMs: 0 },
];
const localMidnight = (date: string, zone: string) => DateTime.fromISO(date, { zone }).toMillis();

const brute = (zone: string, more = "") => `
  - id: brute
    timezone: ${zone}
    match: { event.outcome: failure }
    group_by: [source.ip]
    within: 5m
    count: { gte: 3 }
    close_after: 10m
    notify: { to: [security] }
${more}`;

const mutesOf = async (text: string) => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "mutes.yml");
  await writeFile(path, text);
  return await loadMutes(path);
};

describe("watch: nights on which clocks change", () => {
  for (const { title, zone, from, changesMs } of nights) {
    const midnight = localMidnight(from, zone);

    it(`${title}: the day is ${24 + changesMs / hour} hours long and every window of it is judged once`, async () => {
      assert.equal(
        DateTime.fromMillis(midnight, { zone }).plus({ days: 1 }).toMillis() - midnight,
        day + changesMs,
      );
      const world = await memoryWorld(brute(zone), midnight - hour);
      const bursts: number[] = [];
      // A burst every 50 minutes, each across the border of two passes: none may be missed, doubled or joined.
      for (let at = midnight; at < midnight + 26 * hour; at += 50 * minute) {
        bursts.push(at);
        for (const n of [-1, 0, 1]) {
          world.write(at + n * 1000, { "source.ip": `192.0.2.${bursts.length}` });
        }
      }
      for (let now = midnight; now <= midnight + 27 * hour; now += 10 * minute) {
        await world.pass(now);
      }
      const alerts = world.alerts();
      assert.deepEqual(
        alerts.map(({ first_seen, last_seen, count }) => [first_seen, last_seen, count]),
        bursts.map((at) => [
          new Date(at - 1000).toISOString(),
          new Date(at + 1000).toISOString(),
          3,
        ]),
      );
      assert.ok(alerts.every(({ state }) => state === "recovered"));
      assert.equal(
        world.rows.filter(({ transition }) => transition === "active").length,
        bursts.length,
      );
    });

    it(`${title}: an exception ends with the last moment of its day in the zone`, async () => {
      const ends = midnight + day + changesMs;
      const except = `    except: [{ user.name: probe, why: x, owner: y, until: ${from} }]`;
      const world = await memoryWorld(brute(zone, except), midnight);
      for (const n of [0, 1, 2]) {
        world.write(ends - 1 - n, { "user.name": "probe", "source.ip": "192.0.2.1" });
        world.write(ends + n, { "user.name": "probe", "source.ip": "192.0.2.2" });
      }
      await world.pass(ends + 5 * minute);
      assert.deepEqual(
        world.alerts().map(({ first_seen }) => first_seen),
        [new Date(ends).toISOString()],
      );
    });

    it(`${title}: a weekly mute follows the local clock, and mails when it is over`, async () => {
      const weekday = DateTime.fromMillis(midnight, { zone }).weekdayLong?.toLowerCase() ?? "";
      const mutes = await mutesOf(`version: 1
timezone: ${zone}
mutes:
  - { owner: ops, reason: night, until: 2030-01-01, weekly: { days: [${weekday}], from: "00:00", to: "06:00" } }
`);
      const [mute] = mutes;
      const six = DateTime.fromMillis(midnight, { zone }).set({ hour: 6 }).toMillis();
      assert.equal(six - midnight, 6 * hour + changesMs);
      const held = [midnight - 1, midnight, midnight + 3 * hour, six - minute, six].map((now) =>
        mute?.holds(now),
      );
      assert.deepEqual(held, [false, true, true, true, false]);

      const world = await memoryWorld(brute(zone), midnight - hour, { mutes });
      for (const at of [six - 8 * minute, six - 7 * minute, six - 6 * minute]) world.write(at);
      await world.pass(six - 3 * minute);
      assert.equal(world.alerts()[0]?.muted_by, "ops: night");
      assert.deepEqual(world.rows, []);
      await world.pass(six);
      assert.deepEqual(
        world.rows.map(({ transition, at }) => [transition, at]),
        [["active", new Date(six).toISOString()]],
      );
    });
  }
});

describe("watch: a clock that is set", () => {
  const start = Date.UTC(2026, 10, 16, 10);
  const burst = (world: Awaited<ReturnType<typeof memoryWorld>>, at: number, ip: string) => {
    for (const n of [0, 1, 2]) world.write(at + n * 1000, { "source.ip": ip });
  };

  it("forwards: goes on from there, and nothing between is skipped", async () => {
    const world = await memoryWorld(brute("UTC"), start);
    await world.pass(start + 5 * minute);
    burst(world, start + 3 * hour, "192.0.2.1");
    burst(world, start + 20 * hour, "192.0.2.2");
    await world.pass(start + 26 * hour);
    assert.equal(world.alerts().length, 2);
  });

  it("forwards by mistake and back: what came meanwhile and comes after is found", async () => {
    const world = await memoryWorld(brute("UTC"), start);
    await world.pass(start + 5 * minute);
    // For ten minutes the watcher believes that it is tomorrow; the shippers do not.
    for (const m of [6, 9, 12]) {
      burst(world, start + m * minute, `192.0.2.${m}`);
      await world.pass(start + day + m * minute);
    }
    for (const m of [16, 19, 22, 25]) {
      await world.pass(start + m * minute);
      burst(world, start + m * minute, `192.0.2.${m}`);
    }
    await world.pass(start + 30 * minute);
    assert.deepEqual(
      world.alerts().map(({ group }) => group["source.ip"]),
      [6, 9, 12, 16, 19, 22, 25].map((m) => `192.0.2.${m}`),
    );
  });

  it("back by an hour: the cursor stays, late events are looked for, nothing is told twice", async () => {
    const world = await memoryWorld(brute("UTC"), start);
    burst(world, start + 5 * minute, "192.0.2.1");
    const ahead = await world.pass(start + hour);
    const back = await world.pass(start + minute);
    assert.deepEqual(back.judgedUntil, ahead.judgedUntil);
    burst(world, start + 10 * minute, "192.0.2.2");
    await world.pass(start + 15 * minute);
    assert.equal(world.alerts().length, 2);
    const active = world.rows.filter(({ transition }) => transition === "active");
    assert.equal(active.length, 2);
  });
});
