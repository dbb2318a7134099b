import assert from "node:assert/strict";
import fc from "fast-check";
import { localSlots } from "../../../../src/watch/usual/local-slots.ts";

const minute = 60_000;
const hour = 60 * minute;
const at = (text: string) => Date.parse(text);
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 16);

describe("watch/usual/local-slots", () => {
  it("keeps Thursday 18:00 where it is when summer time ends", () => {
    const slots = localSlots("Europe/London", 15 * minute);
    const place = (3 * 24 + 18) * 4;
    assert.equal(slots.ofWeek(at("2026-10-22T17:00:00Z")), place);
    assert.equal(slots.ofWeek(at("2026-10-29T18:00:00Z")), place);
  });

  it("begins windows at full hours of a zone that is half an hour off", () => {
    const slots = localSlots("Asia/Kolkata", hour);
    assert.equal(iso(slots.startOf(at("2026-11-19T10:29:59Z"))), "2026-11-19T09:30");
    assert.equal(iso(slots.startOf(at("2026-11-19T10:30:00Z"))), "2026-11-19T10:30");
  });

  it("says on which day a time lies and when that begins", () => {
    const slots = localSlots("America/New_York", hour);
    const { day, begins } = slots.dayOf(at("2026-11-20T04:59:00Z"));
    assert.equal(iso(begins), "2026-11-19T05:00");
    assert.equal(slots.dayOf(at("2026-11-20T05:00:00Z")).day, day + 1);
  });

  it("puts every moment into one window that holds it, through all changes of the clock", () => {
    const zone = fc.constantFrom("Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC");
    const length = fc.constantFrom(5 * minute, 15 * minute, hour, 6 * hour, 24 * hour);
    const time = fc.integer({ min: at("2024-01-01"), max: at("2028-01-01") });
    fc.assert(
      fc.property(zone, length, time, (name, lengthMs, moment) => {
        const slots = localSlots(name, lengthMs);
        const start = slots.startOf(moment);
        assert.ok(start <= moment && moment < start + lengthMs);
        // Windows in a row reach every moment.
        assert.ok(slots.startOf(start + lengthMs) > start);
        const place = slots.ofWeek(moment);
        assert.ok(place >= 0 && place < 7 * slots.perDay);
      }),
      { numRuns: 2000 },
    );
  });
});
