import assert from "node:assert/strict";
import fc from "fast-check";
import { boards } from "../../../scripts/dashboards/bundle.ts";
import { boardIds, createKibanaLinks } from "../../../src/kibana/links.ts";
import { rison } from "../../../src/kibana/rison.ts";
import { parseRison, stateOfLink } from "../../helpers/rison-reader.ts";

const from = new Date("2026-11-16T00:00:00Z");
const to = new Date("2026-11-23T00:00:00Z");
const links = createKibanaLinks({ url: "https://kibana.example.org/base/", space: "default" });

describe("links into Kibana", () => {
  it("open a dashboard with filter and time filled in", () => {
    const url = links.dashboard("leafwatch-web", {
      from,
      to,
      filters: { "source.ip": "203.0.113.5", "http.response.status_code": [401, 403] },
    });
    assert.match(
      url,
      /^https:\/\/kibana\.example\.org\/base\/app\/dashboards#\/view\/leafwatch-web\?_g=/,
    );
    assert.equal(
      stateOf(url, "_g"),
      "(time:(from:'2026-11-16T00:00:00.000Z',to:'2026-11-23T00:00:00.000Z'))",
    );
    const state = stateOf(url, "_a");
    assert.ok(
      state.includes(
        "(alias:!n,disabled:!f,index:leafwatch-logs,key:source.ip,negate:!f,type:phrase,params:(query:'203.0.113.5'))",
      ),
      state,
    );
    assert.ok(state.includes("query:(match_phrase:(source.ip:'203.0.113.5'))"), state);
    assert.ok(state.includes("type:phrases,params:!(401,403)"), state);
    assert.ok(state.includes("should:!((match_phrase:(http.response.status_code:401))"), state);
  });

  it("open Discover at the events themselves", () => {
    const url = links.discover({ from, to, filters: { "host.name": "web1" } });
    assert.match(url, /\/app\/discover#\/\?_g=/);
    assert.match(stateOf(url, "_a"), /index:leafwatch-logs/);
  });

  const seen = {
    group: { "source.ip": "203.0.113.5" },
    first_seen: "2026-11-20T10:00:00.000Z",
    last_seen: "2026-11-20T10:04:00.000Z",
    within: 300_000,
  };
  const evidence = (...datasets: string[]) => ({
    top: {},
    lines: datasets.map((dataset) => ({
      id: "x",
      index: `.ds-logs-${dataset}-leafwatch-2026.11.20-000001`,
      timestamp: seen.first_seen,
      host: "web1",
      original: "",
    })),
  });

  it("open an alert's events with its group as filter and the rule's window around its time", () => {
    const url = links.alert({ ...seen, evidence: evidence("apache.access") });
    assert.match(url, /\/app\/dashboards#\/view\/leafwatch-web\?_g=/);
    assert.equal(
      stateOf(url, "_g"),
      "(time:(from:'2026-11-20T09:55:00.000Z',to:'2026-11-20T10:09:00.000Z'))",
    );
    assert.match(stateOf(url, "_a"), /match_phrase:\(source\.ip:'203\.0\.113\.5'\)/);
  });

  for (const [datasets, board] of [
    [["nginx.access", "iis.access"], "leafwatch-web"],
    [["system.auth"], "leafwatch-logins"],
    [["windows.security", "windows.security"], "leafwatch-windows"],
    [["leafwatch.dead_letter"], "leafwatch-pipeline"],
    [["apache.access", "system.auth"], "leafwatch-overview"],
    [["json"], "leafwatch-overview"],
    [[], "leafwatch-overview"],
  ] as const) {
    it(`open ${board} for an alert whose evidence is ${datasets.join(" and ") || "unknown"}`, () => {
      const url = links.alert({ ...seen, evidence: evidence(...datasets) });
      assert.ok(url.includes(`/view/${board}?`), url);
    });
  }

  it("lead into the space where setup put the dashboards, by the ids that they have there", () => {
    const inSpace = createKibanaLinks(
      { url: "http://kibana:5601", space: "ops" },
      new Map([
        ["dashboard:leafwatch-alerts", "9b2f"],
        ["index-pattern:leafwatch-alerts", "77aa"],
      ]),
    );
    const url = inSpace.dashboard("leafwatch-alerts", { from, to, filters: { "rule.id": "x" } });
    assert.match(url, /^http:\/\/kibana:5601\/s\/ops\/app\/dashboards#\/view\/9b2f\?/);
    assert.match(stateOf(url, "_a"), /index:'77aa'/);
  });

  it("begin with the address that people open, where that is another", () => {
    const url = createKibanaLinks({
      url: "http://kibana:5601",
      public_url: "https://siem.example.org/kibana",
      space: "default",
    }).dashboard("leafwatch-web", { from, to });
    assert.match(url, /^https:\/\/siem\.example\.org\/kibana\/app\/dashboards#/);
  });

  it("know every dashboard that is installed", () => {
    assert.deepEqual(
      [...boardIds],
      boards.map(({ id }) => id),
    );
  });

  const query = { name: "rule web-scan", dsl: { bool: { filter: [{ term: { "a.b": "it's" } }] } } };
  const hostile = ["o'b!r(ien),:/#?&=+%", '"<>\\\u202eü💥', "!(", "'", "!n", "12", "", " "];

  it("open an alert's events in Discover: the data view, the group, what the rule looks at, the time", () => {
    for (const name of hostile) {
      const group = {
        "source.ip": "203.0.113.5",
        "user.name": name,
        "http.response.status_code": 404,
      };
      const url = links.events({ ...seen, group }, query);
      const { path, _g, _a } = stateOfLink(url);
      assert.equal(path, "/");
      assert.ok(url.startsWith("https://kibana.example.org/base/app/discover#/?_g="));
      assert.deepEqual(_g, {
        time: { from: "2026-11-20T09:55:00.000Z", to: "2026-11-20T10:09:00.000Z" },
      });
      const phrase = (key: string, value: unknown) => ({
        $state: { store: "appState" },
        meta: {
          alias: null,
          disabled: false,
          index: "leafwatch-logs",
          key,
          negate: false,
          type: "phrase",
          params: { query: value },
        },
        query: { match_phrase: { [key]: value } },
      });
      assert.deepEqual(_a, {
        columns: ["host.name", "event.dataset", "source.ip", "user.name", "message"],
        filters: [
          ...Object.entries(group).map(([key, value]) => phrase(key, value)),
          {
            $state: { store: "appState" },
            meta: {
              alias: "rule web-scan",
              disabled: false,
              index: "leafwatch-logs",
              key: "query",
              negate: false,
              type: "custom",
            },
            query: query.dsl,
          },
        ],
        index: "leafwatch-logs",
        query: { language: "kuery", query: "" },
        sort: [["@timestamp", "desc"]],
      });
    }
  });

  it("leave out what the rule looks at where the address would be too long for a mail", () => {
    const long = { name: "rule x", dsl: { terms: { "user.name": Array(300).fill("someone") } } };
    const url = links.events(seen, long);
    assert.ok(url.length <= 2000, `${url.length}`);
    assert.equal(url, links.events(seen));
  });

  it("carry any log text without letting it out of its place", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        const url = links.discover({ from, to, filters: { "url.path": value } });
        assert.match(url, /^[\w\-.~%:/#?=&]+$/);
        assert.equal(new URL(url).href, url);
        const wellFormed = value.replace(
          /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
          "\ufffd",
        );
        assert.ok(stateOf(url, "_a").includes(`(query:${rison(wellFormed)})`));
      }),
    );
  });

  it("never throw for lone surrogates", () => {
    assert.match(
      stateOf(links.discover({ from, to, filters: { "user.name": "a\ud800b" } }), "_a"),
      /a\ufffdb/,
    );
  });
});

describe("rison", () => {
  const cases: [Parameters<typeof rison>[0], string][] = [
    ["now-15m", "now-15m"],
    ["", "''"],
    ["12", "'12'"],
    ["-1", "'-1'"],
    ["it's !", "'it!'s !!'"],
    [{ a: undefined, b: [1, true, false, null] }, "(b:!(1,!t,!f,!n))"],
    [{ "source.ip": "::1" }, "(source.ip:'::1')"],
    [1e21, "1e21"],
    [{}, "()"],
  ];
  for (const [value, expected] of cases) {
    it(`writes ${JSON.stringify(value)} as ${expected}`, () => {
      assert.equal(rison(value), expected);
    });
  }

  it("is read back as what was written", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        const written = rison(value);
        assert.deepEqual(parseRison(written), JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

function stateOf(url: string, name: string): string {
  const [, query = ""] = new URL(url).hash.split("?");
  return new URLSearchParams(query).get(name) ?? "";
}
