import assert from "node:assert/strict";
import { alertOf } from "../../../src/model/alert-document.ts";
import { at, createWorld, rulesOf, type WorldEvent } from "./world.ts";

const hour = 3_600_000;
const day = 24 * hour;
const signal = new AbortController().signal;

const rule = `
rules:
  - id: large
    within: 1h
    match: { event.dataset: apache.access }
    group_by: [host.name]
    outlier: { field: http.response.body.bytes, min_of: 2 }
`;

/** Two responses of an hour: larger by day than by night, and of different sizes. */
const responses = (ms: number, host: string, times = 1): WorldEvent[] =>
  [10, 40].map((minutes) => ({
    at: ms + minutes * 60_000,
    dataset: "apache.access",
    fields: {
      "event.category": ["web"],
      "host.name": host,
      "http.response.body.bytes":
        times * Math.round(20_000 - 8000 * Math.cos((2 * Math.PI * (ms % day)) / day)) +
        (Math.imul(ms / hour + minutes, 2_654_435_761) >>> 22) * 3,
    },
  }));

describe("watch: outlier over Elasticsearch", function () {
  this.timeout(120_000);

  it("finds the hour of the host whose responses are far larger, and says what is usual", async () => {
    await using world = await createWorld();
    const hours = Array.from({ length: 36 * 24 }, (_, n) => (n - 35 * 24) * hour);
    await world.write(
      hours.flatMap((ms) => [
        ...responses(ms, "web1", ms === 20 * hour ? 25 : 1),
        ...responses(ms, "web2", 2),
      ]),
    );
    const watcher = world.watcher(await rulesOf(rule), { from: at(0) });
    await watcher.pass(at(day + hour), signal);
    const alerts = (await world.alerts()).map(alertOf);
    assert.deepEqual(
      alerts.map(({ group, first_seen, expected }) => [group, first_seen, expected?.rung]),
      [[{ "host.name": "web1" }, at(20 * hour + 600_000).toISOString(), "weekly"]],
    );
    const [alert] = alerts;
    assert.ok(alert?.expected?.count !== undefined);
    assert.ok(alert.count > 3 * alert.threshold, `${alert.count} against ${alert.threshold}`);
    assert.ok(alert.threshold > alert.expected.count, JSON.stringify(alert.expected));
  });
});
