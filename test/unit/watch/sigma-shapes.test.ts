import assert from "node:assert/strict";
import { importSigma } from "../../../src/watch/sigma.ts";
import { memoryWorld } from "./memory-world.ts";

const start = Date.UTC(2026, 10, 16, 10);
const minute = 60_000;

const imported = (text: string) => importSigma([{ file: "s.yml", text }]);

type Sent = [minutes: number, fields: Record<string, unknown>];

/** How many alerts the imported rule raises over events. */
async function alertsOf(text: string, events: readonly Sent[]): Promise<number> {
  const { yaml, refused } = await imported(text);
  assert.deepEqual(refused, []);
  const world = await memoryWorld(yaml.replace("version: 1\nrules:\n", ""), start);
  for (const [at, fields] of events) world.write(start + at * minute, fields);
  await world.pass(start + 120 * minute);
  return world.alerts().length;
}

const web = (rest: string) => `title: Web
id: 5ac4c9f5-0000-4000-8000-000000000001
status: test
references: [https://example.org/]
author: somebody
date: 2026-01-01
tags: [attack.initial-access, attack.t1190]
logsource:
  category: webserver
detection:
${rest}
falsepositives: [Unknown]
level: high
`;
const request = (fields: Record<string, unknown>): Sent => [
  1,
  { "event.dataset": "nginx.access", "http.request.method": "GET", ...fields },
];
const logonRule = (name: string, id: number) => `title: ${name}
name: ${name}
logsource: { product: windows, service: security }
detection:
  selection:
    EventID: ${id}
  filter_main_machine:
    TargetUserName|endswith: $
  condition: selection and not 1 of filter_main_*
level: low
`;
const logon = (at: number, code: string, user: string, address: string, more = {}): Sent => [
  at,
  {
    "event.dataset": "windows.security",
    "event.code": code,
    "winlog.event_data.TargetUserName": user,
    "winlog.event_data.IpAddress": address,
    ...more,
  },
];
const correlation = (type: string, rules: string, rest: string) => `---
title: Correlated
correlation:
  type: ${type}
  rules:
${rules
  .split(" ")
  .map((one) => `    - ${one}`)
  .join("\n")}
  group-by:
    - IpAddress
  timespan: 10m
${rest}
level: high
`;

describe("watch/sigma: rules in the shapes of the public collection mean the same", () => {
  const single: [string, string, Sent, boolean][] = [];
  const query = web(`  selection:
    cs-method: GET
    cs-uri-query|contains:
      - "../"
      - "%2e%2e"
  filter_main_static:
    cs-uri-stem|startswith: /static/
  filter_optional_scanner:
    cs-user-agent|contains|all: [Scan, Own]
  condition: selection and not 1 of filter_*`);
  single.push(
    ["one of several parts", query, request({ "url.query": "f=../etc" }), true],
    ["text whatever its case", query, request({ "url.query": "f=%2E%2Eetc" }), true],
    [
      "another method",
      query,
      request({ "url.query": "../", "http.request.method": "POST" }),
      false,
    ],
    ["a filter", query, request({ "url.query": "../", "url.path": "/static/a" }), false],
    [
      "a filter with all",
      query,
      request({ "url.query": "../", "user_agent.original": "Own Scanner" }),
      false,
    ],
    [
      "half of such a filter",
      query,
      request({ "url.query": "../", "user_agent.original": "A Scanner" }),
      true,
    ],
    [
      "another log source",
      query,
      [1, { "event.dataset": "system.auth", "http.request.method": "GET", "url.query": "../" }],
      false,
    ],
  );
  const either = web(`  selection_a:
    - cs-uri-stem|endswith: .php
    - cs-uri-stem: "/cgi-bin/*"
  selection_b:
    sc-status: [200, 302]
  keywords_not:
    c-ip|cidr: 10.0.0.0/8
  condition: all of selection_* and not keywords_not`);
  single.push(
    [
      "a list of maps",
      either,
      request({ "url.path": "/a.PHP", "http.response.status_code": 200 }),
      true,
    ],
    [
      "a wildcard",
      either,
      request({ "url.path": "/cgi-bin/x", "http.response.status_code": 302 }),
      true,
    ],
    [
      "all of several",
      either,
      request({ "url.path": "/a.php", "http.response.status_code": 404 }),
      false,
    ],
    [
      "an address block",
      either,
      request({ "url.path": "/a.php", "http.response.status_code": 200, "source.ip": "10.1.2.3" }),
      false,
    ],
  );
  for (const [title, text, event, fires] of single) {
    it(`${title} ${fires ? "fires" : "does not fire"}`, async () => {
      assert.equal(await alertsOf(text, [event]), fires ? 1 : 0);
    });
  }

  const failed = logonRule("failed", 4625);
  const worked = `---\n${logonRule("worked", 4624)}`;
  const [A, B] = ["192.0.2.1", "192.0.2.2"];
  const many = (n: number, user: (i: number) => string, over: number, address = A) =>
    Array.from({ length: n }, (_, i) =>
      logon((over * i) / Math.max(1, n - 1), "4625", user(i), address),
    );
  const same = () => "alice";
  const count = failed + correlation("event_count", "failed", "  condition:\n    gte: 5");
  const users =
    failed +
    correlation("value_count", "failed", "  condition:\n    field: TargetUserName\n    gte: 3");
  const ordered = failed + worked + correlation("temporal_ordered", "failed worked", "");
  const together = failed + worked + correlation("temporal", "failed worked", "");
  const correlated: [string, string, Sent[], number][] = [
    ["event_count at its limit", count, many(5, same, 10), 1],
    ["event_count below it", count, many(4, same, 10), 0],
    ["event_count in more than its timespan", count, many(5, same, 10.1), 0],
    ["event_count leaves out what the rule's filter does", count, many(9, () => "HOST$", 1), 0],
    ["event_count by group", count, [...many(3, same, 1), ...many(3, same, 1, B)], 0],
    ["value_count at its limit", users, many(3, (i) => `u${i}`, 10), 1],
    ["value_count of one value", users, many(9, same, 10), 0],
    ["temporal_ordered in order", ordered, [logon(1, "4625", "a", A), logon(2, "4624", "a", A)], 1],
    [
      "temporal_ordered the other way round",
      ordered,
      [logon(1, "4624", "a", A), logon(2, "4625", "a", A)],
      0,
    ],
    ["temporal in any order", together, [logon(1, "4624", "a", A), logon(2, "4625", "a", A)], 1],
    ["temporal with one of the two", together, many(5, same, 1), 0],
    [
      "temporal over its timespan",
      together,
      [logon(1, "4624", "a", A), logon(11.1, "4625", "a", A)],
      0,
    ],
    [
      "temporal of two addresses",
      together,
      [logon(1, "4624", "a", A), logon(2, "4625", "a", B)],
      0,
    ],
  ];
  for (const [title, text, events, alerts] of correlated) {
    it(`${title} is ${alerts} alerts`, async () => {
      assert.equal(await alertsOf(text, events), alerts);
    });
  }

  it("value_sum adds a field up", async () => {
    const sent = web("  selection:\n    cs-method: GET\n  condition: selection").replace(
      "title: Web",
      "title: Web\nname: web",
    );
    const sum = (limit: string) =>
      sent +
      correlation(
        "value_sum",
        "web",
        `  condition:\n    field: http.response.body.bytes\n    ${limit}`,
      ).replace("IpAddress", "c-ip");
    const bytes = (n: number) => request({ "http.response.body.bytes": n });
    assert.equal(await alertsOf(sum("gte: 100"), [bytes(60), bytes(40)]), 1);
    assert.equal(await alertsOf(sum("gte: 100"), [bytes(60), bytes(39)]), 0);
    const { refused } = await imported(sum("gt: 100"));
    assert.match(refused[0]?.reason ?? "", /over gt cannot/);
  });

  const refusals: [string, string, RegExp][] = [
    [
      "processes",
      web("  s:\n    Image: a\n  condition: s").replace(
        "category: webserver",
        "category: process_creation\n  product: windows",
      ),
      /no log source windows\/process_creation/,
    ],
    [
      "lines searched for words",
      web("  keywords:\n    - union select\n  condition: keywords"),
      /keywords/,
    ],
    [
      "counts in a condition",
      web("  s:\n    cs-method: GET\n  condition: s | count() > 5"),
      /aggregation/,
    ],
    ["a timeframe", web("  s:\n    cs-method: GET\n  timeframe: 5m\n  condition: s"), /timeframe/],
    [
      "several conditions",
      web("  s:\n    cs-method: GET\n  condition:\n    - s\n    - not s"),
      /several conditions/,
    ],
    [
      "encodings",
      web("  s:\n    cs-uri-query|base64offset|contains: x\n  condition: s"),
      /base64offset/,
    ],
    [
      "comparisons of fields",
      web("  s:\n    cs-uri|fieldref: cs-host\n  condition: s"),
      /fieldref/,
    ],
    [
      "aliases",
      failed +
        correlation(
          "event_count",
          "failed",
          "  aliases:\n    ip:\n      failed: IpAddress\n  condition:\n    gte: 5",
        ),
      /aliases/,
    ],
    [
      "a rule that is not there",
      failed + correlation("event_count", "other", "  condition:\n    gte: 5"),
      /other.*not among/,
    ],
    [
      "a search that is nowhere",
      web("  s:\n    cs-method: GET\n  condition: s and t"),
      /"t", which is nowhere/,
    ],
  ];
  for (const [title, text, reason] of refusals) {
    it(`refuses ${title} with the reason`, async () => {
      const { refused } = await imported(text);
      assert.equal(refused.length, 1);
      assert.match(refused[0]?.reason ?? "", reason);
    });
  }
});
