import assert from "node:assert/strict";
import { matches, type Scalar } from "../../../src/watch/filter.ts";
import { parseFilter } from "../../../src/watch/filter-parse.ts";
import { queryOf } from "../../../src/watch/filter-query.ts";

const strict = {
  problem: (_: unknown, message: string) => assert.fail(message),
  field: () => undefined,
  typeOf: () => undefined,
};
const filterOf = (map: Record<string, unknown>) => parseFilter(map, [], strict);
const event: Record<string, Scalar[]> = {
  "event.category": ["authentication", "session"],
  "source.ip": ["10.1.2.3"],
  "http.response.status_code": [404],
  "url.path": ["/a*b\\c.PHP"],
};
const passes = (map: Record<string, unknown>) =>
  matches(filterOf(map), (field) => event[field] ?? []);

describe("watch/filter", () => {
  const table: [string, Record<string, unknown>, boolean][] = [
    ["one of an array's values", { "event.category": "session" }, true],
    ["a list as or", { "event.category": ["iam", "session"] }, true],
    ["a map as and", { "event.category": "session", "source.ip": "10.1.2.4" }, false],
    ["not with a map", { not: { "event.category": "session" } }, false],
    ["not of a value", { "event.category": { not: "session" } }, false],
    ["not of a missing field", { "user.name": { not: "root" } }, true],
    ["existence", { "source.ip": "*" }, true],
    ["absence", { not: { "user.name": "*" } }, true],
    ["a range with both ends", { "http.response.status_code": { gte: 404, lt: 405 } }, true],
    ["a range that leaves its end out", { "http.response.status_code": { gt: 404 } }, false],
    ["an address block", { "source.ip": { cidr: "10.1.0.0/16" } }, true],
    ["an address block as a value", { "source.ip": ["192.0.2.0/24", "10.0.0.0/8"] }, true],
    ["a wildcard, backslashes being ordinary", { "url.path": { wildcard: "/a?b\\c.*" } }, true],
    ["a wildcard's case", { "url.path": { wildcard: "*.php" } }, false],
    ["a wildcard without case", { "url.path": { wildcard: "*.php", ignore_case: true } }, true],
    ["any of several maps", { any: [{ "user.name": "x" }, { "source.ip": "10.1.2.3" }] }, true],
    ["all of several maps", { all: [{ "user.name": "x" }, { "source.ip": "10.1.2.3" }] }, false],
    ["a number as text", { "http.response.status_code": "404" }, true],
    ["an address in another form", { "source.ip": "10.1.2.3" }, true],
  ];
  for (const [title, map, expected] of table) {
    it(`understands ${title}`, () => {
      assert.equal(passes(map), expected);
    });
  }

  it("makes term-level queries only, whatever a value holds", () => {
    const query = JSON.stringify(
      queryOf(filterOf({ "url.path": 'x" OR *:* }', "user.name": ["a", "b"] })),
    );
    assert.doesNotMatch(query, /query_string|"match|script/);
    assert.deepEqual(queryOf(filterOf({ "url.path": "a" })), {
      term: { "url.path": { value: "a" } },
    });
  });
});
