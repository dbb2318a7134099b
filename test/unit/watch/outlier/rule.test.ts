import assert from "node:assert/strict";
import { parseRuleFile } from "../../../../src/watch/parse-rule-file.ts";
import { memoryWorld, type MemoryWorld } from "../memory-world.ts";
import { randomOf } from "../property/play.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** A Monday. */
const begin = Date.parse("2026-09-28T00:00:00Z");
const weeks = 5;
const after = begin + weeks * 7 * day;

const rule = (more = "", lines = "") => `  - id: r
    within: 1h
    match: { event.dataset: apache.access }
    ${lines}
    outlier: { field: http.response.body.bytes, min_of: 2${more} }
`;

interface Response {
  at: number;
  bytes: number;
  host?: string;
}

/** Two responses an hour: larger by day than by night, and never quite the same. */
function ordinary(from: number, to: number): Response[] {
  const random = randomOf(7);
  const responses = [];
  for (let at = from; at < to; at += hour) {
    const usual = 20_000 - 8000 * Math.cos((2 * Math.PI * (at % day)) / day);
    for (const minutes of [10, 40]) {
      responses.push({ at: at + minutes * minute, bytes: usual * (0.8 + 0.4 * random()) });
    }
  }
  return responses;
}

function write(world: MemoryWorld, { at, bytes, host }: Response, delayMs = 2000): void {
  const fields = {
    "event.category": "web",
    "event.dataset": "apache.access",
    "http.response.body.bytes": Math.round(bytes),
    ...(host === undefined ? {} : { "host.name": host }),
  };
  world.write(at, fields, delayMs);
}

const hours = (n: number) => after + n * hour;
const found = (world: MemoryWorld) =>
  world.alerts().map(({ first_seen, count, threshold, expected }) => {
    assert.ok(count >= threshold, `${count} against ${threshold}`);
    return `${first_seen.slice(0, 16)} ${Math.round(count / 1000)}k ${expected?.rung}`;
  });

describe("watch: outlier", () => {
  for (const [how, everyMs] of [
    ["hour by hour", hour],
    ["after the fact", 3 * day],
  ] as const) {
    it(`finds the hour with far larger responses and no other, judged ${how}`, async () => {
      const world = await memoryWorld(rule(), hours(0));
      for (const one of ordinary(begin, hours(72))) write(world, one);
      for (const minutes of [15, 20])
        write(world, { at: hours(27) + minutes * minute, bytes: 400_000 });
      for (let now = hours(0); now <= hours(72) + everyMs; now += everyMs)
        await world.pass(now + 3 * minute);
      assert.deepEqual(found(world), ["2026-11-03T03:10 207k weekly"]);
      const usual = world.alerts()[0]?.expected?.count ?? 0;
      assert.ok(usual > 8000 && usual < 20_000, String(usual));
    });
  }

  it("adds up where it is asked to, also hours without anything", async () => {
    const world = await memoryWorld(rule().replace("min_of: 2", "min_of: 1, of: sum"), hours(0));
    for (const one of ordinary(begin, hours(48))) if (one.at % (4 * hour) < hour) write(world, one);
    for (let n = 0; n < 30; n++) write(world, { at: hours(26) + n * minute, bytes: 20_000 });
    await world.pass(hours(49));
    assert.deepEqual(found(world), ["2026-11-03T02:00 600k weekly"]);
  });

  it("says nothing of windows with too few events, nor before it has learnt", async () => {
    const world = await memoryWorld(rule(), hours(0));
    for (const one of ordinary(begin, hours(48))) write(world, one);
    // The only one of its hour.
    const gap = ordinary(hours(48), hours(60)).filter(
      ({ at }) => at < hours(52) || at >= hours(53),
    );
    for (const one of gap) write(world, one);
    write(world, { at: hours(52) + minute, bytes: 9e6 });
    await world.pass(hours(61));
    assert.deepEqual(found(world), []);
    const fresh = await memoryWorld(rule(), begin);
    for (const one of ordinary(begin, begin + day)) write(fresh, one);
    write(fresh, { at: begin + 20 * hour, bytes: 9e6 });
    await fresh.pass(begin + day + hour);
    assert.deepEqual(found(fresh), []);
  });

  it("knows each group for itself", async () => {
    const world = await memoryWorld(rule("", "group_by: [host.name]"), hours(0));
    for (const one of ordinary(begin, hours(48))) {
      write(world, { ...one, host: "small" });
      write(world, { ...one, bytes: one.bytes * 20, host: "large" });
    }
    for (const host of ["small", "large"]) {
      for (const minutes of [15, 20])
        write(world, { at: hours(27) + minutes * minute, bytes: 400_000, host });
    }
    await world.pass(hours(49));
    assert.deepEqual(
      world.alerts().map(({ group }) => group),
      [{ "host.name": "small" }],
    );
  });

  it("finds the same whenever events arrive and whoever looks when", async () => {
    const events = [
      ...ordinary(begin, hours(60)),
      { at: hours(27) + 15 * minute, bytes: 400_000 },
      { at: hours(27) + 20 * minute, bytes: 90_000 },
      { at: hours(45) + 15 * minute, bytes: 120_000 },
    ];
    const judged = async (seed: number) => {
      const random = randomOf(seed);
      const world = await memoryWorld(rule(), hours(0));
      const late = () => (seed === 0 || random() < 0.8 ? 2000 : Math.floor(random() * day));
      const arriving = events
        .map((one) => ({ one, delayMs: one.at < hours(0) - day ? 2000 : late() }))
        .sort((a, b) => a.one.at + a.delayMs - (b.one.at + b.delayMs));
      const end = hours(60) + day + hour;
      for (let now = hours(0); now < end;) {
        now = seed === 0 ? end : Math.min(end, now + Math.floor(random() * 9 * hour));
        while (arriving[0] && arriving[0].one.at + arriving[0].delayMs <= now) {
          const next = arriving.shift();
          if (next) write(world, next.one, next.delayMs);
        }
        await world.pass(now);
        if (random() < 0.3) await world.pass(now - hour);
      }
      await world.pass(end + hour);
      return world
        .alerts()
        .map(({ first_seen, last_seen, count }) => [first_seen, last_seen, count]);
    };
    const expected = await judged(0);
    assert.equal(expected.length, 1);
    for (const seed of [1, 2, 3, 4, 5])
      assert.deepEqual(await judged(seed), expected, `seed ${seed}`);
  }).timeout(60_000);

  it("refuses a field that is no number and windows that are no whole part of a day", async () => {
    const problems = async (text: string) =>
      (await parseRuleFile(`version: 1\nrules:\n${text}`, "r.yml")).problems.map(
        ({ line, message }) => `${line}: ${message}`,
      );
    const [text = ""] = await problems(rule().replace("http.response.body.bytes", "user.name"));
    assert.match(text, /^7: .*outlier.*user\.name/);
    const [length = ""] = await problems(rule().replace("within: 1h", "within: 7h"));
    assert.match(length, /^4: .*divide a day/);
  });
});
