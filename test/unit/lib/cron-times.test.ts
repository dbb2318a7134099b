import assert from "node:assert/strict";
import fc from "fast-check";
import { lastTick } from "../../../src/lib/cron-times.ts";

function last(expression: string, timezone: string, at: string): string | undefined {
  return lastTick(expression, timezone, new Date(at))?.toISOString();
}

describe("the last tick of a schedule", () => {
  const cases: [what: string, cron: string, zone: string, at: string, last: string | undefined][] =
    [
      [
        "is this morning's",
        "0 8 * * MON",
        "UTC",
        "2026-11-23T09:00:00Z",
        "2026-11-23T08:00:00.000Z",
      ],
      [
        "is now, to the second",
        "0 8 * * 1",
        "UTC",
        "2026-11-23T08:00:00Z",
        "2026-11-23T08:00:00.000Z",
      ],
      [
        "is last week's before the hour",
        "0 8 * * MON",
        "UTC",
        "2026-11-23T07:59:59Z",
        "2026-11-16T08:00:00.000Z",
      ],
      [
        "follows the zone's clock in summer",
        "0 8 * * MON",
        "Europe/London",
        "2026-07-01T00:00:00Z",
        "2026-06-29T07:00:00.000Z",
      ],
      [
        "takes seconds first where there are six fields",
        "30 0 8 * * *",
        "UTC",
        "2026-11-23T09:00:00Z",
        "2026-11-23T08:00:30.000Z",
      ],
      [
        "reads lists, ranges and steps",
        "*/20 9-17/4 1,15 * *",
        "UTC",
        "2026-11-23T00:00:00Z",
        "2026-11-15T17:40:00.000Z",
      ],
      [
        "knows 0 and 7 as Sunday",
        "0 0 * * 7",
        "UTC",
        "2026-11-25T00:00:00Z",
        "2026-11-22T00:00:00.000Z",
      ],
      [
        "knows names of months",
        "0 0 1 February *",
        "UTC",
        "2026-11-25T00:00:00Z",
        "2026-02-01T00:00:00.000Z",
      ],
      [
        "finds the last leap day",
        "0 0 29 2 *",
        "UTC",
        "2027-11-25T00:00:00Z",
        "2024-02-29T00:00:00.000Z",
      ],
      [
        "comes later where the clock leaves it out",
        "30 1 29 3 *",
        "Europe/London",
        "2026-03-29T12:00:00Z",
        "2026-03-29T01:30:00.000Z",
      ],
      [
        "comes once where the clock repeats it",
        "30 1 25 10 *",
        "Europe/London",
        "2026-10-25T12:00:00Z",
        "2026-10-25T00:30:00.000Z",
      ],
      ["never comes on 30 February", "0 0 30 2 *", "UTC", "2026-11-25T00:00:00Z", undefined],
      ["is not guessed from nonsense", "often", "UTC", "2026-11-25T00:00:00Z", undefined],
    ];
  for (const [what, cron, zone, at, expected] of cases) {
    it(what, () => {
      assert.equal(last(cron, zone, at), expected);
    });
  }

  it("is never after the moment asked for, and the same for any moment until the next tick", () => {
    const moment = fc.date({
      min: new Date("2020-01-01"),
      max: new Date("2030-01-01"),
      noInvalidDate: true,
    });
    const zone = fc.constantFrom("UTC", "Europe/London", "Asia/Kolkata", "America/New_York");
    fc.assert(
      fc.property(moment, zone, fc.nat(23), fc.nat(59), (at, timezone, hour, minute) => {
        const tick = lastTick(`${minute} ${hour} * * *`, timezone, at);
        assert.ok(tick && tick <= at && at.getTime() - tick.getTime() <= 25 * 3_600_000);
        const again = lastTick(
          `${minute} ${hour} * * *`,
          timezone,
          new Date((tick.getTime() + at.getTime()) / 2),
        );
        assert.equal(again?.getTime(), tick.getTime());
      }),
      { numRuns: 50 },
    );
  });
});
