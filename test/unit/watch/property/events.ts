import fc from "fast-check";
import type { PlayedKind } from "./kinds.ts";
import { startMs, type Play, type PlayedEvent } from "./play.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const delay = (tooLate: boolean) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 30_000 }) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: day }) },
    { weight: 1, arbitrary: fc.constantFrom(day, ...(tooLate ? [day + 1, 2 * day] : [])) },
  );

/** What of a kind of rule its plays depend on. */
type Played = Pick<PlayedKind, "withinMs" | "tooLate">;

/** Events in bursts whose lengths lie around the limits: window, `close_after`, a day. They begin within `daysLong`. */
function eventsAround(
  { withinMs, tooLate = true }: Played,
  daysLong: number,
): fc.Arbitrary<PlayedEvent[]> {
  const near = (ms: number) => fc.integer({ min: -2, max: 2 }).map((off) => ms + off);
  const burst = fc.record({
    group: fc.constantFrom("192.0.2.1", "192.0.2.2"),
    start: fc.oneof(
      fc.integer({ min: 0, max: daysLong * day }),
      fc.constantFrom(0, 30 * minute, ...(daysLong > 1 ? [day, 2 * day] : [day])),
    ),
    gaps: fc.array(
      fc.oneof(
        fc.integer({ min: 0, max: withinMs / 2 }),
        fc.constantFrom(0, 1),
        near(withinMs),
        near(Math.floor(withinMs / 3)),
        near(day),
      ),
      { minLength: 1, maxLength: 8 },
    ),
    details: fc.array(
      fc.record({
        weight: fc.constantFrom(1, 1, 1, 0, 2),
        value: fc.constantFrom("a", "b", "c"),
        outcome: fc.constantFrom("failure" as const, "failure" as const, "success" as const),
        delayMs: delay(tooLate),
        unseenMs: fc.integer({ min: 0, max: 34_000 }),
      }),
      { minLength: 9, maxLength: 9 },
    ),
  });
  return fc.array(burst, { minLength: 1, maxLength: 5 }).map((bursts) =>
    bursts.flatMap(({ group, start, gaps, details }) => {
      let at = startMs + start;
      return [0, ...gaps].flatMap((gap, i) => {
        at += Math.max(0, gap);
        const detail = details[i];
        return detail ? [{ group, at, ...detail }] : [];
      });
    }),
  );
}

/** A whole play: what happens, when watchers look, how many there are. */
export const played = (kind: Played, daysLong = 3): fc.Arbitrary<Play> =>
  fc.record({
    events: eventsAround(kind, daysLong),
    pauses: fc.array(
      fc.oneof(
        fc.integer({ min: 1000, max: 10 * minute }),
        fc.integer({ min: minute, max: 30 * hour }),
      ),
      { minLength: 1, maxLength: 12 },
    ),
    watchers: fc.integer({ min: 1, max: 3 }),
    seed: fc.integer(),
  });
