import assert from "node:assert/strict";
import fc from "fast-check";
import { IANAZone } from "luxon";
import { isoTime, wallTime, yearlessTime } from "../../../src/parse/timestamp.ts";
import { readStrftime, type TimeParts } from "../../../src/parse/time-parts.ts";
import { zoneOf, type Zone } from "../../../src/parse/zone.ts";

function zone(name: string): Zone {
  const found = zoneOf(name);
  assert.ok(found, name);
  return found;
}

const noon = { hour: 12, minute: 0, second: 0, ms: 0 };
const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());

describe("zones", () => {
  const wall = (text: string) => Date.parse(`${text}Z`);
  const cases: [zone: string, wall: string, instant: string, why: string][] = [
    ["Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:30:00.000Z", "skipped: moved forward"],
    ["Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T00:30:00.000Z", "twice: the first"],
    ["Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T02:00:00.000Z", "after the overlap"],
    ["America/New_York", "2026-11-01T01:30:00", "2026-11-01T05:30:00.000Z", "twice: the first"],
    [
      "Australia/Lord_Howe",
      "2026-10-04T02:15:00",
      "2026-10-03T15:45:00.000Z",
      "half an hour skipped",
    ],
    ["Asia/Kathmandu", "2026-11-22T10:00:00", "2026-11-22T04:15:00.000Z", "quarters of an hour"],
    ["+05:30", "2026-11-22T10:00:00", "2026-11-22T04:30:00.000Z", "a fixed offset"],
    ["UTC-3", "2026-11-22T10:00:00", "2026-11-22T13:00:00.000Z", "a short one"],
  ];
  for (const [name, at, instant, why] of cases) {
    it(`${name} ${at} is ${instant} (${why})`, () => {
      assert.equal(iso(zone(name).toInstant(wall(at))), instant);
    });
  }

  it("agree with the zone's own offset wherever a clock shows that time", () => {
    const names = ["Europe/London", "America/St_Johns", "Africa/Casablanca", "Pacific/Apia"];
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.integer({ min: 0, max: 2 ** 31 }),
        (name, seconds) => {
          const instant = seconds * 1000;
          const offset = IANAZone.create(name).offset(instant) * 60_000;
          const found = zone(name).toInstant(instant + offset);
          // An hour that comes twice has an earlier reading, and that is the one to take.
          assert.ok(found === instant || (found < instant && instant - found <= 24 * 3_600_000));
        },
      ),
    );
  });

  it("are unknown by another name", () => {
    assert.equal(zoneOf("Mars/Olympus"), undefined);
    assert.equal(zoneOf("+25:00"), undefined);
  });
});

describe("stamps without a year", () => {
  const cases: [month: number, day: number, read: string, expected: string | undefined][] = [
    [11, 31, "2026-01-01T00:00:05Z", "2025-12-31T12:00:00.000Z"],
    [0, 1, "2025-12-31T23:00:00Z", "2026-01-01T12:00:00.000Z"],
    [0, 2, "2025-12-31T23:00:00Z", "2025-01-02T12:00:00.000Z"],
    [10, 23, "2026-11-22T12:00:00Z", "2026-11-23T12:00:00.000Z"],
    [10, 23, "2026-11-22T11:59:59Z", "2025-11-23T12:00:00.000Z"],
    [1, 29, "2026-03-01T00:00:00Z", "2024-02-29T12:00:00.000Z"],
    [1, 29, "2103-03-01T00:00:00Z", "2096-02-29T12:00:00.000Z"],
    [1, 30, "2026-03-01T00:00:00Z", undefined],
  ];
  for (const [month, day, read, expected] of cases) {
    it(`${month + 1}/${day} read at ${read} is of ${expected ?? "no year"}`, () => {
      assert.equal(iso(yearlessTime(month, day, noon, zone("UTC"), Date.parse(read))), expected);
    });
  }
});

describe("stamps", () => {
  it("of ISO 8601 take a fraction of any length and every form of zone", () => {
    for (const ending of ["Z", "+00:00", "-0000", "+00"]) {
      const stamp = isoTime(`2026-11-22T10:00:00.123456789${ending}`, 0, zone("Asia/Tokyo"));
      assert.deepEqual([iso(stamp?.ms), stamp?.zoned], ["2026-11-22T10:00:00.123Z", true]);
    }
    assert.equal(
      iso(isoTime("2026-11-22 10:00:00,5", 0, zone("Asia/Tokyo"))?.ms),
      "2026-11-22T01:00:00.500Z",
    );
  });

  it("that no calendar has are refused; a leap second is the next minute's first", () => {
    assert.equal(wallTime(2026, 1, 29, 0, 0, 0), undefined);
    assert.equal(wallTime(2026, 0, 1, 24, 0, 0), undefined);
    assert.equal(iso(wallTime(2016, 11, 31, 23, 59, 60)), "2017-01-01T00:00:00.000Z");
  });

  it("by a pattern of strftime are read as strftime writes them", () => {
    const parts: TimeParts = {};
    assert.ok(
      readStrftime("%a, %e %b %Y %I:%M:%S %p %z")("Sun,  1 Nov 2026 09:05:07 PM +0130", parts),
    );
    assert.deepEqual(parts, {
      day: 1,
      month: 10,
      year: 2026,
      hour: 9,
      minute: 5,
      second: 7,
      afternoon: true,
      offsetMs: 5_400_000,
    });
  });
});
