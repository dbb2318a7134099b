import assert from "node:assert/strict";
import { surpriseLimit } from "../../../../src/watch/baseline/calibrate.ts";
import { fitCounts, type PastWindow } from "../../../../src/watch/baseline/fit.ts";
import { learn } from "../../../../src/watch/baseline/learn.ts";
import { localSlots } from "../../../../src/watch/usual/local-slots.ts";
import { seasonalFactors } from "../../../../src/watch/baseline/season.ts";
import { randomOf } from "../property/play.ts";

const slotMs = 900_000;
const perDay = 96;
const from = Date.parse("2026-09-07T00:00:00Z"); // a Monday
const slots = localSlots("UTC", slotMs);
const options = { slots, season: "weekly", chance: 1e-4 } as const;

/** `days` of windows in a row; what they hold follows from the window of the week. */
function past(
  days: number,
  mean: (ofWeek: number) => { count: number; scale?: number },
): PastWindow[] {
  const random = randomOf(1);
  return Array.from({ length: days * perDay }, (_, i) => {
    const { count, scale = 0 } = mean(i % (7 * perDay));
    return { start: from + i * slotMs, count: drawn(count, random), scale };
  });
}

/** A Poisson number. */
function drawn(mean: number, random: () => number): number {
  let count = 0;
  for (let left = random(); left > Math.exp(-mean); count++) left *= random();
  return count;
}

const thursdayEvening = (ofWeek: number) =>
  ofWeek >= (3 * 24 + 17) * 4 && ofWeek < (3 * 24 + 21) * 4;
const nextThursday = (weeks: number, hour: number) =>
  from + (weeks * 7 + 3) * perDay * slotMs + hour * 3_600_000;

describe("watch/baseline: what is usual", () => {
  it("finds how failures follow successes, whatever a few attacks did", () => {
    const windows = past(14, (i) => ({ count: 0.5 + 0.1 * (i % 40), scale: i % 40 }));
    const attacked = windows.map((one, i) => (i % 100 === 7 ? { ...one, count: 80 } : one));
    for (const fit of [fitCounts(windows), fitCounts(attacked)]) {
      assert.ok(Math.abs(fit.perScale - 0.1) < 0.02, `${fit.perScale} a success`);
      assert.ok(Math.abs(fit.base - 0.5) < 0.2, `${fit.base} without any`);
    }
  });

  it("never expects fewer where more is going on, nor less than nothing", () => {
    const falling = past(7, (i) => ({ count: i % 2 ? 0 : 4, scale: i % 2 ? 10 : 1 }));
    assert.equal(fitCounts(falling).perScale, 0);
    const steep = past(7, (i) => ({ count: (i % 5) ** 2, scale: i % 5 }));
    assert.equal(fitCounts(steep).base, 0);
  });

  it("learns more the more there is to learn from", () => {
    const steady = () => ({ count: 2 });
    const rungs = [0.5, 2, 10, 40].map((days) => {
      const expect = learn(past(days, steady), options);
      return expect?.(nextThursday(9, 12), 0).expected.rung;
    });
    assert.deepEqual(rungs, [undefined, "scale", "daily", "weekly"]);
    const daily = learn(past(40, steady), { ...options, season: "daily" });
    assert.equal(daily?.(nextThursday(9, 12), 0).expected.rung, "daily");
  });

  it("knows the busy Thursday evening from four weeks on, without being told of successes", () => {
    const expect = learn(
      past(42, (i) => ({ count: thursdayEvening(i) ? 20 : 1 })),
      options,
    );
    const evening = expect?.(nextThursday(6, 19), 0);
    const noon = expect?.(nextThursday(6, 12), 0);
    assert.ok(evening && noon);
    assert.ok(Math.abs((evening.expected.count ?? 0) - 20) < 4, JSON.stringify(evening));
    assert.ok(evening.limit > 30, JSON.stringify(evening));
    assert.ok(noon.limit < 12, JSON.stringify(noon));
  });

  it("takes one attacked Thursday of six for none", () => {
    const calm = past(42, () => ({ count: 1 }));
    const attacked = calm.map((one) =>
      one.start >= nextThursday(3, 12) && one.start < nextThursday(3, 13)
        ? { ...one, count: 60 }
        : one,
    );
    const limits = [calm, attacked].map(
      (windows) => learn(windows, options)?.(nextThursday(6, 12), 0).limit,
    );
    const [usual = 0, after = 0] = limits;
    assert.ok(Math.abs(after - usual) <= 2, limits.join(" and "));
  });

  it("expects as many failures as there are successes for on a day like no other", () => {
    const expect = learn(
      past(42, () => ({ count: 1, scale: 10 })).map((one, i) =>
        i % 3 ? one : { ...one, count: one.count + 3, scale: 40 },
      ),
      options,
    );
    const [few, many] = [10, 200].map((scale) => expect?.(nextThursday(6, 12), scale));
    assert.ok(few && many);
    assert.ok((many.expected.count ?? 0) > 10 * (few.expected.count ?? 0), JSON.stringify(many));
  });

  it("draws a factor of which little was seen towards 1", () => {
    const seen = (count: number, mean: number) => [{ count, mean, place: 5, cycle: 0 }];
    const belief = { variance: 0.25, dispersion: 1 };
    const [little, much] = [seen(2, 1), seen(200, 100)].map((one) =>
      seasonalFactors(one, 20, belief)(5),
    );
    assert.ok(little !== undefined && little > 1 && little < 1.3, String(little));
    assert.ok(much !== undefined && much > 1.9, String(much));
    assert.equal(seasonalFactors([], 20, belief)(5), 1);
  });

  it("asks for more where the past was wilder than the model, and never for less", () => {
    const random = randomOf(2);
    const exponential = Array.from({ length: 4000 }, () => -Math.log(1 - random()));
    const nominal = -Math.log(1e-4);
    assert.ok(Math.abs(surpriseLimit(exponential, 1e-4) - nominal) < 1.5);
    assert.ok(
      surpriseLimit(
        exponential.map((one) => one * 2),
        1e-4,
      ) >
        1.7 * nominal,
    );
    assert.equal(
      surpriseLimit(
        exponential.map((one) => one / 9),
        1e-4,
      ),
      nominal,
    );
    assert.equal(surpriseLimit([], 1e-4), nominal);
  });
});
