import assert from "node:assert/strict";
import { nabScore, type JudgedSeries } from "../../../scripts/bench/nab-score.ts";

const rows = 100;
/** Rows before it are for learning: 15 %. */
const probation = 15;
/** 20 rows; what their last row is worth, of 1 for their first: 2 σ(5/20) − 1 over 2 σ(5) − 1. */
const window = { from: 40, to: 59 };
const lastRow = 0.126;

/** A series whose rows score 0 but for those named. */
const series = (reported: Record<number, number>, windows = [window]): JudgedSeries => ({
  scores: Array.from({ length: rows }, (_, row) => reported[row] ?? 0),
  windows,
});
const standard = (...judged: JudgedSeries[]) => nabScore(judged).standard;
const near = (seen: number, expected: number) => {
  assert.ok(Math.abs(seen - expected) < 0.05, `${seen} is not about ${expected}`);
};

describe("the NAB score", () => {
  it("is 100 in each profile where each window is reported at its first row, and nothing else", () => {
    const { threshold, ...score } = nabScore([series({ 40: 0.9 }), series({ 40: 0.8 })]);
    assert.deepEqual(score, {
      standard: 100,
      reward_low_FP_rate: 100,
      reward_low_FN_rate: 100,
      windows: 2,
      detected: 2,
      false_positives: 0,
    });
    assert.equal(threshold, 0.8);
  });

  it("is 0 where every row scores the same: reporting none is better than all", () => {
    // Probation and window are 35 rows, and 65 false alarms cost more than a window gains.
    const { standard: score, detected, false_positives } = nabScore([series({})]);
    assert.deepEqual([score, detected, false_positives], [0, 0, 0]);
  });

  it("counts a detection for less the later it comes", () => {
    // From −1 for a missed window to the row's worth, of the two that lie between missed and perfect.
    near(standard(series({ 59: 1 })), (100 * (1 + lastRow)) / 2);
    assert.ok(standard(series({ 45: 1 })) > standard(series({ 55: 1 })));
  });

  it("counts only the earliest report of a window", () => {
    assert.equal(standard(series({ 40: 1, 41: 1, 59: 1 })), 100);
    assert.equal(standard(series({ 40: 0.8, 59: 1 })), 100);
  });

  it("takes 0.11 for a report before the first window, 0.22 where false alarms weigh more", () => {
    const {
      standard: score,
      reward_low_FP_rate,
      false_positives,
    } = nabScore([series({ 20: 1, 40: 1 })]);
    assert.deepEqual([score, reward_low_FP_rate, false_positives], [94.5, 89, 1]);
  });

  it("takes little for a report just behind a window and all of it three lengths behind", () => {
    // One row behind of 19: 0.11 × (1 − 2 σ(−5/19)) of 2; far behind, all of 0.11.
    near(standard(series({ 40: 1, 60: 1 })), 100 - (100 * 0.11 * 0.131) / 2);
    const early = { from: 16, to: 20 };
    assert.equal(standard(series({ 16: 1, 99: 1 }, [early])), 94.5);
  });

  it("counts a missed window twice where misses weigh more", () => {
    const judged = [series({ 40: 1 }), series({})];
    const { standard: score, reward_low_FN_rate } = nabScore(judged);
    // One of two: (1 − 1 + 2) / 4, and (1 − 2 + 4) / 6.
    assert.deepEqual([score, reward_low_FN_rate], [50, 50]);
  });

  it("ignores reports in the probation", () => {
    assert.equal(standard(series({ [probation - 1]: 1, 40: 1 })), 100);
    assert.equal(standard(series({ [probation]: 1, 40: 1 })), 94.5);
  });

  it("takes one threshold for all series", () => {
    // A quiet series' window lies below the other's false alarm, which costs less than missing it.
    const { detected, false_positives } = nabScore([
      series({ 20: 0.5, 40: 0.9 }),
      series({ 40: 0.3 }),
    ]);
    assert.deepEqual([detected, false_positives], [2, 1]);
  });
});
