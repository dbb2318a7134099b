import assert from "node:assert/strict";
import fc from "fast-check";
import { isRaised } from "../../../../src/model/alert.ts";
import { parseRuleFile, rulesError } from "../../../../src/watch/parse-rule-file.ts";
import type { Rule } from "../../../../src/watch/rule.ts";
import { played } from "./events.ts";
import { playedKinds, type PlayedKind } from "./kinds.ts";
import { incidents } from "./oracle.ts";
import { play, type Play } from "./play.ts";

/** Plays of each kind; raise it to search longer. */
const runs = Number(process.env["LEAFWATCH_PROPERTY_RUNS"] ?? 80);

const day = 86_400_000;

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
          const alerts = documents.map(({ leafwatch: { alert } }) => alert).filter(isRaised);
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
              const told = rows.some((row) => row.alert.id === id && row.number === number);
              if (transition === "active" || transition === "reopened") assert.ok(told);
              if (transition === "pending" || transition === "lapsed") assert.ok(!told);
            }
            // Long after the last event nothing waits for a next window.
            assert.notEqual(leafwatch.alert.state, "pending");
          }
        }),
        { numRuns: runs, examples: (kind.examples ?? []).map((example): [Play] => [example]) },
      );
    });
  }
});

const iso = (ms: number) => new Date(ms).toISOString();
const fieldsOf = (document: Record<string, unknown>) =>
  (document as { leafwatch: { alert: { id: string; number: number; transition: string } } })
    .leafwatch.alert;
