import assert from "node:assert/strict";
import fc from "fast-check";
import { leastSurprising, surprise } from "../../../../src/watch/baseline/tail.ts";

/** P(N ≥ n) by adding up the probabilities of 0 to n − 1. */
function upperTail(n: number, mean: number, dispersion: number): number {
  const size = mean / (dispersion - 1);
  let probability = dispersion ** -size;
  let below = 0;
  for (let k = 0; k < n; k++) {
    below += probability;
    probability *= ((k + size) / (k + 1)) * (1 - 1 / dispersion);
  }
  return 1 - below;
}

describe("watch/baseline/tail", () => {
  it("is the tail of a Poisson distribution where the variance is the mean", () => {
    // P(N ≥ 10 | 4), to be found in any table.
    assert.ok(Math.abs(Math.exp(-surprise(10, 4, 1)) - 0.00813) < 0.0001);
  });

  it("is the tail of a negative binomial distribution", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 60, noNaN: true }),
        fc.double({ min: 1.05, max: 20, noNaN: true }),
        fc.integer({ min: 1, max: 40 }),
        (mean, dispersion, above) => {
          const n = Math.floor(mean) + above;
          const expected = upperTail(n, mean, dispersion);
          // What is left of 1 after so many subtractions is not exact any more.
          if (expected < 1e-9) return;
          const found = Math.exp(-surprise(n, mean, dispersion));
          assert.ok(Math.abs(found / expected - 1) < 1e-4, `${found} against ${expected}`);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("grows with the count, and stays finite for rare and for huge ones", () => {
    for (const [mean, dispersion] of [
      [1e-6, 1],
      [0.3, 4],
      [1000, 30],
      [1e6, 1],
    ] as const) {
      const counts = [1, 2, 5, 20].map((times) => Math.ceil(mean * times) + 1);
      const found = counts.map((n) => surprise(n, mean, dispersion));
      assert.ok(found.every(Number.isFinite), found.join(" "));
      assert.deepEqual(
        found,
        [...found].sort((a, b) => a - b),
      );
    }
    assert.equal(surprise(3, 3, 2), 0);
  });

  it("finds the least count that is surprising enough", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-3, max: 500, noNaN: true }),
        fc.double({ min: 1, max: 30, noNaN: true }),
        fc.double({ min: 0.1, max: 60, noNaN: true }),
        (mean, dispersion, atLeast) => {
          const n = leastSurprising(atLeast, mean, dispersion);
          assert.ok(surprise(n, mean, dispersion) >= atLeast);
          assert.ok(surprise(n - 1, mean, dispersion) < atLeast);
        },
      ),
    );
  });
});
