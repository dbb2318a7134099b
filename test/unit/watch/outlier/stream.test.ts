import assert from "node:assert/strict";
import fc from "fast-check";
import { streamDetector } from "../../../../src/watch/outlier/stream.ts";

const start = Date.UTC(2026, 10, 2);
const minute = 60_000;
const rowsOfDay = 288;

const scoresOf = (values: readonly number[], everyMs = 5 * minute): number[] => {
  const detector = streamDetector();
  return values.map((value, row) => detector.next(start + row * everyMs, value));
};

/** Even noise from −1 to 1 that is the same in each run: Knuth's multiplicative hash of the row. */
const noise = (row: number): number =>
  (Math.imul(row ^ (row >>> 3), 2_654_435_761) >>> 0) / 2 ** 31 - 1;

/** So many days that rise from 10 at night to 50 at noon. */
const daily = (days: number): number[] =>
  Array.from(
    { length: days * rowsOfDay },
    (_, row) => 30 - 20 * Math.cos((2 * Math.PI * row) / rowsOfDay) + noise(row),
  );

/** One in a thousand. */
const rare = 0.75;
const rowsAbove = (scores: readonly number[], limit: number): number[] =>
  scores.flatMap((score, row) => (score >= limit ? [row] : []));

/** Rows an hour apart: then the first day, which is only learned, is short. */
const hourly = (values: readonly number[]) => scoresOf(values, 60 * minute);

/** Long enough, mostly, that there is a tail (100 rows) to score by. */
const long = { maxLength: 600, size: "max" } as const;
const anyValue = fc.double();
/** Series of the sorts that break detectors: any numbers, few distinct ones, a constant with something behind it. */
const series = fc.oneof(
  fc.array(anyValue, long),
  fc.array(fc.constantFrom(0, 1, 1e308, -1e308, 5e-324, NaN, Infinity), long),
  fc
    .tuple(anyValue, fc.nat(400), fc.array(anyValue, { maxLength: 50 }))
    .map(([constant, rows, rest]) => [...Array.from({ length: rows }, () => constant), ...rest]),
);
/** How many generated scores are above 0: a property of zeros alone would show nothing. */
let scored = 0;

describe("watch/outlier/stream", () => {
  beforeEach(() => (scored = 0));

  it("scores from 0 to 1 whatever the values and the times", () => {
    const time = fc.oneof(fc.double(), fc.integer({ min: -1e13, max: 1e13 }));
    const times = fc.oneof(fc.constant(undefined), fc.infiniteStream(time));
    fc.assert(
      fc.property(series, times, (values, odd) => {
        const detector = streamDetector();
        for (const [row, value] of values.entries()) {
          const score = detector.next(odd ? Number(odd.next().value) : row * 60 * minute, value);
          assert.ok(score >= 0 && score <= 1, `${value} scored ${score}`);
          if (score > 0) scored++;
        }
      }),
    );
    assert.ok(scored > 10, `only ${scored} scores are above 0`);
  });

  it("scores a row from what came before it only", () => {
    fc.assert(
      fc.property(series, fc.nat(600), (values, length) => {
        const all = hourly(values);
        assert.deepEqual(hourly(values.slice(0, length)), all.slice(0, length));
        scored += rowsAbove(all, 0.01).length;
      }),
    );
    assert.ok(scored > 10, `only ${scored} scores are above 0`);
  });

  it("scores the same in another unit and from another zero", () => {
    const numbers = fc.oneof(
      fc.array(fc.integer({ min: -1000, max: 1000 }), long),
      fc.array(fc.integer({ min: 0, max: 3 }), long),
    );
    const factor = fc.integer({ min: 1, max: 1_000_000 }).map((n) => n / 1000);
    fc.assert(
      fc.property(numbers, factor, fc.integer({ min: -1e6, max: 1e6 }), (values, scale, shift) => {
        const other = hourly(values.map((value) => value * scale + shift));
        for (const [row, score] of hourly(values).entries()) {
          assert.ok(Math.abs(score - (other[row] ?? NaN)) < 1e-4, `row ${row}: ${score}`);
          if (score > 0) scored++;
        }
      }),
    );
    assert.ok(scored > 10, `only ${scored} scores are above 0`);
  });

  it("finds a spike in a daily season, and not the daily peak", () => {
    const values = daily(14);
    assert.deepEqual(rowsAbove(scoresOf(values).slice(2 * rowsOfDay), rare), []);
    // At six in the evening of day 10, to what noon has every day.
    const spike = 10 * rowsOfDay + 18 * 12;
    assert.deepEqual(rowsAbove(scoresOf(values.with(spike, 55)), rare), [spike]);
  });

  it("finds a day without its peak, by the season alone", () => {
    const values = daily(14);
    const flat = values.map((value, row) =>
      Math.floor(row / rowsOfDay) === 10 ? 10 + noise(row) : value,
    );
    const found = rowsAbove(scoresOf(flat), rare);
    assert.deepEqual([...new Set(found.map((row) => Math.floor(row / rowsOfDay)))], [10]);
  });

  it("takes a Thursday's peak for usual in the end, and finds the same peak on a Sunday", () => {
    const rowsADay = 96;
    const sunday = 48;
    const values = Array.from({ length: 56 * rowsADay }, (_, row) => {
      const day = Math.floor(row / rowsADay);
      const hour = (24 * (row % rowsADay)) / rowsADay;
      const peak = (day % 7 === 3 || day === sunday) && hour >= 19 && hour < 22;
      return 30 - 20 * Math.cos((2 * Math.PI * row) / rowsADay) + noise(row) + (peak ? 40 : 0);
    });
    const days = rowsAbove(scoresOf(values, 15 * minute), rare).map((r) =>
      Math.floor(r / rowsADay),
    );
    // The first Thursday is news.
    assert.deepEqual([...new Set(days)], [3, sunday]);
  });

  it("finds a level shift once, then takes the new level for usual", () => {
    const shift = 1500;
    const values = Array.from({ length: 3000 }, (_, row) => noise(row) + (row < shift ? 0 : 20));
    const found = rowsAbove(scoresOf(values), rare);
    assert.deepEqual(found, [shift]);
  });

  it("finds a spike at the new level after a shift", () => {
    const values = Array.from({ length: 4000 }, (_, row) => noise(row) + (row < 1500 ? 0 : 20));
    assert.deepEqual(rowsAbove(scoresOf(values.with(3500, 40)), rare), [1500, 3500]);
  });

  it("says nothing of a constant, and finds where it ends", () => {
    const constant = Array.from({ length: 2000 }, () => 0.1);
    assert.deepEqual(
      scoresOf(constant).filter((score) => score > 0),
      [],
    );
    const jump = [...constant, ...Array.from({ length: 200 }, () => 0.3)];
    assert.deepEqual(rowsAbove(scoresOf(jump), rare), [2000]);
  });

  it("stays calm where only a few values occur", () => {
    const coin = Array.from({ length: 4000 }, (_, row) => Math.round(Math.abs(noise(row)) * 2));
    assert.deepEqual(rowsAbove(scoresOf(coin), rare), []);
  });

  it("says nothing of the first rows", () => {
    assert.deepEqual(scoresOf([0, 1e9, 3, -7, 1e300]), [0, 0, 0, 0, 0]);
  });

  it("skips what is no number", () => {
    const values = daily(7);
    const spike = 6 * rowsOfDay;
    const holes = values.map((value, row) => (row % 7 === 3 ? NaN : value)).with(spike, 90);
    const scores = scoresOf(holes);
    assert.ok(scores.every((score, row) => row % 7 !== 3 || score === 0));
    assert.deepEqual(rowsAbove(scores.slice(2 * rowsOfDay), rare), [4 * rowsOfDay]);
  });

  it("copes with a gap and with rows at odd times", () => {
    const detector = streamDetector();
    const rowAt = (row: number) => row * 5 * minute + noise(row) * 2 * minute;
    const scores = daily(21).map((value, row) =>
      // A week is missing.
      row >= 7 * rowsOfDay && row < 14 * rowsOfDay ? 0 : detector.next(start + rowAt(row), value),
    );
    assert.deepEqual(rowsAbove(scores.slice(2 * rowsOfDay), rare), []);
  });
});
