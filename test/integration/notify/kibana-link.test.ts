import assert from "node:assert/strict";
import { simpleParser } from "mailparser";
import { z } from "zod";
import { stateOfLink } from "../../helpers/rison-reader.ts";
import { operationsWorld, signal } from "./operations-world.ts";

const rule = `
version: 1
defaults: { every: 1s, delay: 0s, notify: { to: [security] } }
rules:
  - id: brute
    level: high
    title: "Failed logins of {user.name}"
    dataset: [system.auth]
    match: { event.category: authentication, event.outcome: failure }
    group_by: [source.ip, user.name]
    within: 5m
    count: { gte: 3 }
`;

/** What of Discover's state says which events are seen. */
const discover = z.object({
  index: z.string(),
  filters: z.array(
    z.object({ meta: z.looseObject({ index: z.string() }), query: z.looseObject({}) }),
  ),
});
const time = z.object({ time: z.object({ from: z.iso.datetime(), to: z.iso.datetime() }) });

describe("the link into Discover", function () {
  this.timeout(120_000);

  it("finds the events that the rule counted and no others, whatever the user's name", async () => {
    await using world = await operationsWorld({
      rules: rule,
      kibana: { url: "https://kibana.example.org" },
    });
    const name = "o'b!r(ien),:/#?&=+% \"\\\u202e\u00fc";
    const now = Date.now();
    const event = (secondsAgo: number, change: object = {}) => ({
      "@timestamp": new Date(now - secondsAgo * 1000).toISOString(),
      "event.dataset": "system.auth",
      "event.category": ["authentication"],
      "event.outcome": "failure",
      "source.ip": "203.0.113.5",
      "user.name": name,
      message: "x",
      ...change,
    });
    await world.write([
      ...[100, 110, 120].map((seconds) => event(seconds, { message: "counted" })),
      event(105, { "event.outcome": "success" }),
      event(105, { "event.category": ["session"] }),
      event(105, { "event.dataset": "auditd" }),
      event(105, { "user.name": "o'b" }),
      event(105, { "source.ip": "203.0.113.6" }),
      event(3600),
    ]);
    const alerting = await world.alerting();
    await alerting.pass(new Date(now), signal);
    const mail = await simpleParser(world.smtp.mails[0]?.raw ?? "");
    const found = [...(mail.text ?? "").matchAll(/https:\/\/kibana\S+/g)].map(([url]) => url);
    const events = found.find((url) => url.includes("/app/discover#"));
    assert.ok(events && found.some((url) => url.includes("/app/dashboards#/view/")), mail.text);
    const { _g, _a } = stateOfLink(events);
    const { index, filters } = discover.parse(_a);
    assert.equal(index, "leafwatch-logs");
    const { from, to } = time.parse(_g).time;
    const seen = await world.client.search<{ message: string }>({
      index: `logs-*-${world.namespace}`,
      query: {
        bool: {
          filter: [
            { range: { "@timestamp": { gte: from, lte: to } } },
            ...filters.map(({ query }) => query),
          ],
        },
      },
    });
    assert.deepEqual(
      seen.hits.hits.map(({ _source }) => _source?.message),
      ["counted", "counted", "counted"],
    );
  });
});
