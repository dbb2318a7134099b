import assert from "node:assert/strict";
import fc from "fast-check";
import { conditionsOf, parseKql } from "../../../scripts/dashboards/kql.ts";

describe("parseKql", () => {
  const cases: [string, unknown][] = [
    ["", { kind: "all" }],
    ["a.b: x", { kind: "is", field: "a.b", value: "x", quoted: false }],
    ['m: "a b"', { kind: "is", field: "m", value: "a b", quoted: true }],
    ["a: *", { kind: "exists", field: "a" }],
    ["a: su*", { kind: "wildcard", field: "a", pattern: "su*" }],
    ["n >= 500", { kind: "range", field: "n", operator: ">=", value: "500" }],
    [
      "a: (x or y)",
      {
        kind: "or",
        parts: [
          { kind: "is", field: "a", value: "x", quoted: false },
          { kind: "is", field: "a", value: "y", quoted: false },
        ],
      },
    ],
    [
      "not a: 1 and b: 2 or c: 3",
      {
        kind: "or",
        parts: [
          {
            kind: "and",
            parts: [
              { kind: "not", part: { kind: "is", field: "a", value: "1", quoted: false } },
              { kind: "is", field: "b", value: "2", quoted: false },
            ],
          },
          { kind: "is", field: "c", value: "3", quoted: false },
        ],
      },
    ],
  ];
  for (const [text, expected] of cases) {
    it(`reads ${text || "the empty query"}`, () => {
      assert.deepEqual(parseKql(text), expected);
    });
  }

  for (const text of [
    "a",
    "a:",
    "a: (x",
    "a: x and",
    ": x",
    "a: x b: y",
    'a: "x',
    "a: (x or)",
    "a: or",
    "(a: x))",
    "a >= (1)",
  ]) {
    it(`refuses ${text}`, () => {
      assert.throws(() => parseKql(text));
    });
  }

  it("gives a query or an Error for any text, and never hangs", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          conditionsOf(parseKql(text));
        } catch (error) {
          assert.ok(error instanceof Error);
        }
      }),
    );
  });
});
