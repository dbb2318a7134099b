import assert from "node:assert/strict";
import { memoryWorld } from "./memory-world.ts";
import { correlation, imported, logonRule, web } from "./sigma-texts.ts";

const start = Date.UTC(2026, 10, 16, 10);
const minute = 60_000;

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

const request = (fields: Record<string, unknown>): Sent => [
  1,
  { "event.dataset": "nginx.access", "http.request.method": "GET", ...fields },
];
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
});
