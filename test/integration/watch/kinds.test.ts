import assert from "node:assert/strict";
import { setMaxListeners } from "node:events";
import fc from "fast-check";
import { playedKinds } from "../../unit/watch/property/kinds.ts";
import { played } from "../../unit/watch/property/events.ts";
import { incidents } from "../../unit/watch/property/oracle.ts";
import { documentOf, startMs, visibleAt } from "../../unit/watch/property/play.ts";
import { createWorld, rulesOf } from "./world.ts";

/** Plays of all kinds together; raise it to search longer. */
const runs = Number(process.env["LEAFWATCH_ELASTIC_RUNS"] ?? 3);
const day = 86_400_000;
/** Bursts around the windows of all kinds. */
const anyPlay = fc
  .constantFrom(...new Set(playedKinds.map(({ withinMs }) => withinMs)))
  .chain(played);
const { signal } = new AbortController();
// Two watchers' searches listen to it side by side.
setMaxListeners(0, signal);

describe("watch: every kind over Elasticsearch equals all windows over all events", function () {
  this.timeout(120_000 + runs * 60_000);
  it("finds the same whatever the order of arrival, with two watchers at once", async () => {
    const text = playedKinds
      .map(({ name, rule }) => `  - id: ${name.replaceAll(" ", "-")}\n    ${rule}`)
      .join("\n");
    const rules = await rulesOf(`rules:\n${text}\n`);
    await fc.assert(
      fc.asyncProperty(anyPlay, async ({ events, pauses }) => {
        await using world = await createWorld();
        const options = { from: new Date(startMs - 1000) };
        const watchers = [world.watcher(rules, options), world.watcher(rules, options)];
        const arriving = [...events].sort((a, b) => visibleAt(a) - visibleAt(b));
        let clock = startMs;
        const pass = async () => {
          const seen = arriving.findIndex((event) => visibleAt(event) > clock);
          await world.index(arriving.splice(0, seen < 0 ? arriving.length : seen).map(documentOf));
          const results = await Promise.all(
            watchers.map((one) => one.pass(new Date(clock), signal)),
          );
          for (const { failed } of results) assert.deepEqual(failed, []);
        };
        for (const pause of pauses.slice(0, 6)) {
          clock += pause;
          await pass();
        }
        clock = Math.max(clock, ...events.map(visibleAt)) + 3_600_000;
        await pass();
        await pass();
        const alerts = (await world.alerts()).filter(
          ({ leafwatch: { alert } }) => !alert.merged_into && !alert.withdrawn,
        );
        for (const kind of playedKinds) {
          const id = kind.name.replaceAll(" ", "-");
          const rule = rules.find((one) => one.id === id);
          assert.ok(rule);
          const horizon = Math.floor((clock - rule.delayMs) / rule.everyMs) * rule.everyMs;
          const found = alerts
            .filter((document) => document.rule.id === id)
            .map(({ leafwatch: { alert } }) =>
              [alert.group["source.ip"], alert.first_seen, alert.last_seen].join(" "),
            );
          const expected = [...new Set(events.map(({ group }) => group))].flatMap((group) => {
            const own = events.filter((e) => e.group === group && e.delayMs <= day);
            return incidents(kind.expected(own, horizon)).map(({ first, last }) =>
              [group, new Date(first).toISOString(), new Date(last).toISOString()].join(" "),
            );
          });
          assert.deepEqual(found.sort(), expected.sort(), kind.name);
        }
      }),
      { numRuns: runs, endOnFailure: true },
    );
  });
});
