import assert from "node:assert/strict";
import fc from "fast-check";
import { parseRuleFile, rulesError } from "../../../../src/watch/load-rules.ts";
import type { Rule } from "../../../../src/watch/rule.ts";
import { playedKinds, type PlayedKind } from "./kinds.ts";
import { incidents } from "./oracle.ts";
import { play, startMs, type Play, type PlayedEvent } from "./play.ts";

/** Plays of each kind; raise it to search longer. */
const runs = Number(process.env["LEAFWATCH_PROPERTY_RUNS"] ?? 120);

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const delay = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 30_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: day }) },
  { weight: 1, arbitrary: fc.constantFrom(day, day + 1, 2 * day) },
);

/** Events in bursts whose lengths lie around the limits: window, `close_after`, a day. */
function eventsAround(withinMs: number): fc.Arbitrary<PlayedEvent[]> {
  const near = (ms: number) => fc.integer({ min: -2, max: 2 }).map((off) => ms + off);
  const burst = fc.record({
    group: fc.constantFrom("192.0.2.1", "192.0.2.2"),
    start: fc.oneof(
      fc.integer({ min: 0, max: 3 * day }),
      fc.constantFrom(0, 30 * minute, day, 2 * day),
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
        delayMs: delay,
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

const played = (kind: PlayedKind): fc.Arbitrary<Play> =>
  fc.record({
    events: eventsAround(kind.withinMs),
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

async function ruleOf(kind: PlayedKind): Promise<Rule> {
  const text = `version: 1\nrules:\n  - id: played\n    notify: { to: [security] }\n    ${kind.rule}\n`;
  const { rules, problems } = await parseRuleFile(text, "played.yml");
  const [rule] = rules;
  if (!rule) throw rulesError(problems);
  return rule;
}

describe("watch: what is found does not depend on arrival, schedule, crashes or the number of watchers", function () {
  this.timeout(600_000);
  for (const kind of playedKinds) {
    it(`${kind.name}: equals all windows over all events`, async () => {
      const rule = await ruleOf(kind);
      await fc.assert(
        fc.asyncProperty(played(kind), async (run) => {
          const { documents, transitions, rows, clock } = await play(rule, run);
          const alerts = documents
            .map(({ leafwatch: { alert } }) => alert)
            .filter(({ merged_into, withdrawn }) => merged_into === undefined && !withdrawn);
          const found = alerts.map(({ group, first_seen, last_seen, count }) =>
            [group["source.ip"], first_seen, last_seen, kind.counts ? count : ""].join(" "),
          );
          const horizon = Math.floor((clock - rule.delayMs) / rule.everyMs) * rule.everyMs;
          const expected = [...new Set(run.events.map(({ group }) => group))].flatMap((group) => {
            const own = run.events.filter((e) => e.group === group && e.delayMs <= day);
            return incidents(kind.expected(own, horizon)).map(({ first, last, count }) =>
              [group, iso(first), iso(last), kind.counts ? count : ""].join(" "),
            );
          });
          assert.deepEqual(found.sort(), expected.sort());

          for (const { leafwatch } of documents) {
            const { id } = leafwatch.alert;
            const own = transitions
              .map(({ document }) => fieldsOf(document))
              .filter((t) => t.id === id);
            const numbers = own.map(({ number }) => number).sort((a, b) => a - b);
            assert.deepEqual(
              numbers,
              numbers.map((_, i) => i + 1),
            );
            assert.equal(numbers.length, leafwatch.alert.transitions);
            for (const { transition, number } of own) {
              if (transition !== "active" && transition !== "reopened") continue;
              assert.ok(rows.some((row) => row.alert.id === id && row.number === number));
            }
          }
        }),
        { numRuns: runs },
      );
    });
  }
});

const iso = (ms: number) => new Date(ms).toISOString();
const fieldsOf = (document: Record<string, unknown>) =>
  (document as { leafwatch: { alert: { id: string; number: number; transition: string } } })
    .leafwatch.alert;
