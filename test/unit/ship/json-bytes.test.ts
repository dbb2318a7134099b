import assert from "node:assert/strict";
import fc from "fast-check";
import { noRoom, putJson } from "../../../src/ship/json-bytes.ts";

/** What `putJson` puts where `room` bytes are left; twice as many each time that it finds no room. */
function written(value: unknown, room = 1 << 16): string {
  const bytes = Buffer.alloc(8 + room);
  try {
    return bytes.toString("utf8", 8, putJson(bytes, 8, value));
  } catch (error) {
    if (error !== noRoom) throw error;
    return written(value, 2 * room + 1);
  }
}

describe("JSON as bytes", () => {
  const values: Record<string, unknown> = {
    "a short text": "GET",
    "escapes in a short text": 'a "quoted" \\ text',
    "escapes alone": '"\\'.repeat(19),
    "a long text": "x".repeat(300),
    "escapes alone in a long text": '"\\'.repeat(500),
    "control characters": "\u0000\u001f\t\r\n\u007f",
    "control characters in a long text": `${"x".repeat(100)}\u0000\n`,
    "characters of every length": "é€😀\u2028",
    "characters of every length in a long text": "é€😀\u2028".repeat(50),
    numbers: [0, -0, 9, 10, 99, 100, 999_999_999, 1e9, -1, 0.5, 1e21, 5e-324, NaN, Infinity],
    "what is nothing": [null, undefined, true, false],
    "members that are missing": { a: undefined, b: 1, c: undefined, d: {} },
    "nothing at all": {},
    "nothing in it": { a: [], b: {}, c: "" },
    "odd names": { "": 1, 'a"b': 2, é: 3, ["x".repeat(200)]: 4, "1": 5 },
    "a name that is no member of others": JSON.parse('{"__proto__":{"a":1}}') as unknown,
  };
  for (const [what, value] of Object.entries(values)) {
    it(`is what JSON.stringify writes: ${what}`, () => {
      assert.equal(written(value), JSON.stringify(value));
    });
  }

  it("is what JSON.stringify writes, for any data and wherever the room ends", () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 4 }),
        fc.oneof(fc.string({ maxLength: 200 }), fc.string({ unit: "grapheme", maxLength: 200 })),
        fc.nat(600),
        (value, text, room) => {
          const both = { value, text, [text]: [text, value] };
          assert.equal(written(both, room), JSON.stringify(both));
        },
      ),
      { numRuns: Number(process.env["LEAFWATCH_PROPERTY_RUNS"] ?? 200) },
    );
  });

  it("is valid UTF-8 for half a pair of surrogates", () => {
    const lone = `${"x".repeat(50)}\ud800${"y".repeat(50)}`;
    assert.equal(written(lone), JSON.stringify(lone.replace("\ud800", "\ufffd")));
    assert.equal(written("\ud800"), '"\\ud800"');
  });

  it("leaves what is before and behind it alone", () => {
    const bytes = Buffer.alloc(40, "-");
    assert.equal(putJson(bytes, 2, { a: [1, "x"] }), 15);
    assert.equal(bytes.toString("latin1", 0, 20), '--{"a":[1,"x"]}-----');
  });
});
