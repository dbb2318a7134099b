import assert from "node:assert/strict";
import {
  bandOf,
  figuresOf,
  medianOf,
  trendOf,
  type WeekFacts,
} from "../../../src/report/figures.ts";

function facts(failed: number, more: Partial<WeekFacts> = {}, events = 1000): WeekFacts {
  const byLevel = { informational: 0, low: 0, medium: 0, high: 0, critical: 0 };
  return {
    hours: 168,
    attackers: 0,
    counts: {
      events,
      loginsWorked: 90,
      loginsFailed: failed,
      requests: 0,
      http401: 0,
      http404: 0,
      http5xx: 0,
      hosts: 2,
    },
    alerts: { byLevel, total: 0, timeToDetect: null, timeToAcknowledge: null, timeToClose: null },
    ...more,
  };
}

function figure(id: string, weeks: [WeekFacts, ...WeekFacts[]]) {
  const found = figuresOf(weeks).find((one) => one.id === id);
  assert.ok(found);
  return found;
}

describe("key figures", () => {
  it("stand against the week before and the median of the weeks before", () => {
    const failed = figure("logins_failed", [facts(30), facts(20), facts(10), facts(12)]);
    assert.deepEqual(
      [failed.value, failed.previous, failed.median, failed.change, failed.change_from_median],
      [30, 20, 12, 50, 150],
    );
  });

  it("compare equal hours when the clock changes", () => {
    const failed = figure("logins_failed", [facts(169, { hours: 169 }), facts(168)]);
    assert.equal(failed.change, 0);
  });

  it("say nothing of a week without any event", () => {
    const failed = figure("logins_failed", [facts(30), facts(0, {}, 0)]);
    assert.deepEqual([failed.previous, failed.median, failed.change], [null, null, null]);
  });

  it("give no percentage of nothing", () => {
    assert.equal(figure("logins_failed", [facts(3), facts(0)]).change, null);
    assert.equal(figure("logins_failed", [facts(0), facts(0)]).change, 0);
    assert.equal(figure("http_5xx_share", [facts(3), facts(0)]).value, null);
  });

  it("give changes of shares in percentage points", () => {
    const share = figure("failure_share", [facts(10), facts(0)]);
    assert.deepEqual([share.value, share.previous, share.change], [10, 0, 10]);
  });
});

describe("the expected band", () => {
  it("needs three weeks", () => {
    assert.equal(bandOf([5, 6]), null);
    assert.notEqual(bandOf([5, 6, 7]), null);
  });

  it("is as wide as chance alone, even where the weeks are all alike", () => {
    assert.deepEqual(bandOf([100, 100, 100, 100]), { low: 70, high: 130 });
  });

  it("is not moved by one attack", () => {
    const calm = bandOf([100, 104, 96, 101, 99, 103, 98]);
    const attacked = bandOf([100, 104, 96, 101, 99, 103, 98, 50_000]);
    assert.ok(calm && attacked && attacked.high < calm.high * 1.2);
  });

  it("holds each week against those before it, never against itself or later ones", () => {
    const weeks = [9, 1, 1, 1, 1, 1].map((failed, n) => ({ week: `W${n}`, failed, events: 10 }));
    const trend = trendOf(weeks, 3);
    assert.deepEqual(
      trend.map((point) => [point.week, point.value]),
      [
        ["W2", 1],
        ["W1", 1],
        ["W0", 9],
      ],
    );
    assert.deepEqual(trend.at(-1)?.expected, { low: 0, high: 4 });
  });

  it("has a gap where a week has no data", () => {
    const weeks = [1, 0].map((events, n) => ({ week: `W${n}`, failed: 0, events }));
    assert.deepEqual(
      trendOf(weeks, 2).map((point) => point.value),
      [null, 0],
    );
  });

  it("knows the median of an even and an odd number of values", () => {
    assert.deepEqual(
      [medianOf([]), medianOf([3]), medianOf([1, 4]), medianOf([9, 1, 4])],
      [null, 3, 2.5, 4],
    );
  });
});
