import assert from "node:assert/strict";
import { Readable } from "node:stream";
import fc from "fast-check";
import type { EcsEvent } from "../../../src/model/ecs.ts";
import type { RawLine } from "../../../src/model/raw-line.ts";
import { createLineParser } from "../../../src/parse/line-parser.ts";
import { formatOf, formats, type FormatName } from "../../../src/parse/registry.ts";
import { utf8Lines } from "../../../src/parse/utf8-lines.ts";
import { zoneOf } from "../../../src/parse/zone.ts";
import { fieldProblems } from "../../helpers/field-list.ts";
import { goldenCases } from "../../helpers/golden.ts";
import { hostileLine, hostileLines } from "../../helpers/hostile.ts";

const readAt = Date.parse("2026-11-22T12:00:00Z");
const zone = zoneOf("Europe/London");
if (!zone) throw new Error("no zone");

function parserOf(name: string) {
  const format = formatOf(name);
  if (!format || !zone) throw new Error(`no format ${name}`);
  return createLineParser(format.create({}), {
    dataset: name,
    namespace: "test",
    host: "h",
    zone,
    version: "1.0.0",
  });
}

const golden = goldenCases();
/** A format's golden lines with pieces cut out, doubled, replaced or put in: broken as real lines break. */
function damaged(name: string): fc.Arbitrary<string> {
  const lines = golden.filter(({ format }) => format === name).flatMap((one) => one.lines);
  return fc
    .tuple(
      fc.constantFrom(...lines),
      fc.array(
        fc.tuple(fc.nat(), fc.nat(40), fc.oneof(fc.string(), fc.string({ unit: "binary" }))),
        {
          maxLength: 4,
        },
      ),
    )
    .map(([line, cuts]) =>
      cuts.reduce((text, [at, length, put]) => {
        const start = at % (text.length + 1);
        return text.slice(0, start) + put + text.slice(start + length);
      }, line),
    );
}

for (const name of Object.keys(formats) as FormatName[]) {
  describe(`${name} on any line`, () => {
    it("never throws, keeps the text and emits only known fields of the right types", () => {
      const parser = parserOf(name);
      fc.assert(
        fc.property(fc.oneof(damaged(name), fc.string({ unit: "binary" })), (text) => {
          const event = parser.parse({ text, offset: 7 }, readAt);
          if (!event) return;
          if (name !== "json") assert.equal(event.event.original, text);
          assert.match(event["@timestamp"], /^[-+\d]{4,7}-\d\d-\d\dT/);
          assert.doesNotMatch(event.error?.message ?? "", /the parser failed/);
          const plain = JSON.parse(JSON.stringify(event)) as EcsEvent;
          // The length of a year is no matter of the list: 0001 is a year.
          assert.deepEqual(fieldProblems(plain), []);
        }),
        { numRuns: 150 },
      );
    });

    it("gives an event for every hostile line, however long", () => {
      const patterns = hostileLines[name] ?? [];
      assert.ok(patterns.length > 0, "no hostile lines for this format");
      for (const pattern of patterns) {
        const text = hostileLine(pattern, 200_000);
        const event = parserOf(name).parse({ text, offset: 0 }, readAt);
        assert.doesNotMatch(event?.error?.message ?? "", /the parser failed/);
      }
    });
  });
}

describe("bytes to lines", () => {
  it("gives the same lines wherever the input is split", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom("a", "é", "\r", "\n", "\r\n", "\u2028", "😀", ""), {
          maxLength: 40,
        }),
        fc.array(fc.nat(60), { maxLength: 5 }),
        async (pieces, cuts) => {
          const bytes = Buffer.from(pieces.join(""));
          const ends = [
            ...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length]),
          ].sort((a, b) => a - b);
          const chunks = ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
          assert.deepEqual(await linesOf(chunks), await linesOf([bytes]));
        },
      ),
    );
  });

  it("counts offsets in bytes, ends lines at LF and CRLF only, and marks what is no UTF-8", async () => {
    const lines = await linesOf([
      Buffer.from("é\r\nb\rc\n"),
      Buffer.from([0xff, 0x0a]),
      Buffer.from("last"),
    ]);
    assert.deepEqual(lines, [
      { text: "é", offset: 0 },
      { text: "b\rc", offset: 4 },
      { text: "\ufffd", offset: 8, flags: ["invalid_utf8"] },
      { text: "last", offset: 10 },
    ]);
  });
});

async function linesOf(chunks: readonly Buffer[]): Promise<RawLine[]> {
  const all: RawLine[] = [];
  for await (const lines of utf8Lines(Readable.from(chunks))) all.push(...lines);
  return all;
}
