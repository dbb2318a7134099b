import assert from "node:assert/strict";
import fc from "fast-check";
import {
  daysOf,
  hoursOf,
  parseWeek,
  samePart,
  weekBefore,
  weekOf,
} from "../../../src/report/week.ts";

describe("the week of a report", () => {
  const cases: [id: string, zone: string, from: string, to: string, hours: number][] = [
    ["2026-W47", "UTC", "2026-11-16T00:00:00.000Z", "2026-11-23T00:00:00.000Z", 168],
    ["2026-W47", "Asia/Kolkata", "2026-11-15T18:30:00.000Z", "2026-11-22T18:30:00.000Z", 168],
    ["2026-W13", "Europe/London", "2026-03-23T00:00:00.000Z", "2026-03-29T23:00:00.000Z", 167],
    ["2026-W43", "Europe/London", "2026-10-18T23:00:00.000Z", "2026-10-26T00:00:00.000Z", 169],
    ["2026-W53", "UTC", "2026-12-28T00:00:00.000Z", "2027-01-04T00:00:00.000Z", 168],
    ["2027-W01", "UTC", "2027-01-04T00:00:00.000Z", "2027-01-11T00:00:00.000Z", 168],
  ];
  for (const [id, zone, from, to, hours] of cases) {
    it(`is half open and has ${hours} hours in ${zone} for ${id}`, () => {
      const week = parseWeek(id, zone);
      assert.equal(week.id, id);
      assert.equal(week.from.toISOString(), from);
      assert.equal(week.to.toISOString(), to);
      assert.equal(hoursOf(week), hours);
    });
  }

  for (const id of ["2027-W53", "2026-W00", "2026-47", "W47", "2026-W471", ""]) {
    it(`refuses "${id}"`, () => {
      assert.throws(() => parseWeek(id, "UTC"), { code: "REPORT_WEEK_INVALID" });
    });
  }

  it("compares half a week with the same half of the week before, by the wall clock", () => {
    const week = parseWeek("2026-W44", "Europe/London");
    const until = new Date("2026-10-28T12:00:00Z");
    const part = samePart(week, until, 1);
    assert.equal(part.from.toISOString(), "2026-10-18T23:00:00.000Z");
    assert.equal(part.to.toISOString(), "2026-10-21T11:00:00.000Z");
  });

  it("compares a whole week with the whole week before, however long", () => {
    const week = parseWeek("2026-W43", "Europe/London");
    assert.equal(hoursOf(samePart(week, week.to, 1)), 168);
  });

  it("has seven days that join without a gap, also when the clock changes", () => {
    for (const id of ["2026-W13", "2026-W43", "2026-W47"]) {
      const week = parseWeek(id, "Europe/London");
      const days = daysOf(week, "Europe/London");
      assert.equal(days.length, 7);
      assert.equal(days[0]?.from.getTime(), week.from.getTime());
      assert.equal(days.at(-1)?.to.getTime(), week.to.getTime());
      for (const [index, day] of days.slice(1).entries()) {
        assert.equal(day.from.getTime(), days[index]?.to.getTime());
      }
    }
  });

  it("holds every moment in exactly one week", () => {
    const moment = fc.date({
      min: new Date("2020-01-01"),
      max: new Date("2035-01-01"),
      noInvalidDate: true,
    });
    const zone = fc.constantFrom("UTC", "Europe/London", "America/New_York", "Pacific/Apia");
    fc.assert(
      fc.property(moment, zone, (at, timezone) => {
        const week = weekOf(at, timezone);
        assert.ok(week.from <= at && at < week.to);
        assert.deepEqual(parseWeek(week.id, timezone), week);
        assert.equal(weekBefore(week, 1).to.getTime(), week.from.getTime());
      }),
    );
  });
});
