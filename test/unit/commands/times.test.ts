import assert from "node:assert/strict";
import { rangeOf } from "../../../src/commands/times.ts";

const now = new Date("2026-11-22T12:00:00Z");
const [early, late] = ["2026-11-01T00:00:00Z", "2026-11-08T00:00:00Z"];

describe("the range of a backtest", () => {
  it("is four weeks back, so many weeks, or from one time to another", () => {
    const days = (options: Parameters<typeof rangeOf>[0]) => {
      const { from, to } = rangeOf(options, now);
      return (to.getTime() - from.getTime()) / 86_400_000;
    };
    assert.deepEqual([{}, { weeks: "2" }, { from: early, to: late }].map(days), [28, 14, 7]);
  });

  it("does not end before it begins", () => {
    for (const options of [
      { from: late, to: early },
      { from: early, to: early },
    ])
      assert.throws(() => rangeOf(options, now), {
        code: "USAGE_TIME",
        message: /not before --to/,
      });
    assert.throws(() => rangeOf({ from: "2027-01-01" }, now), { message: /not before now/ });
  });
});
