import assert from "node:assert/strict";
import fc from "fast-check";
import { cutLines, directionRuns, printable, wrapText } from "../../../src/report/pdf/text.ts";

const latin = (point: number) => point < 0x250 || (point >= 0x590 && point < 0x700);
const byLength = (text: string) => text.length;

describe("text on a page", () => {
  const cases: [what: string, text: string, shown: string][] = [
    ["keeps what the font has", "Zoë Müller", "Zoë Müller"],
    ["shows a character without a glyph by its code", "王x", "\\u738bx"],
    ["shows one beyond the basic plane as one code", "a😀b", "a\\u{1f600}b"],
    ["keeps right-to-left text", "שלום", "שלום"],
    ["makes what turns the direction visible", "a\u202eb", "a\\u202eb"],
    ["has no blanks at its ends", "  a  b ", "a b"],
    ["joins a letter and its accent, so that both have a glyph", "e\u0301", "é"],
  ];
  for (const [what, text, shown] of cases) {
    it(what, () => {
      assert.equal(printable(text, latin), shown);
    });
  }

  it("breaks at blanks, and inside a word that is too long at its separators", () => {
    assert.deepEqual(wrapText("one two three", 7, byLength), ["one two", "three"]);
    assert.deepEqual(wrapText("/aaaa/bbbb/cccc", 8, byLength), ["/aaaa/", "bbbb/", "cccc"]);
    assert.deepEqual(wrapText("x".repeat(10), 4, byLength), ["xxxx", "xxxx", "xx"]);
  });

  it("ends cut lines with an ellipsis", () => {
    assert.deepEqual(cutLines(["abc", "def", "ghi"], 2), ["abc", "de…"]);
    assert.deepEqual(cutLines(["abc"], 2), ["abc"]);
  });

  it("loses no character and makes no line too wide, whatever the text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 300 }),
        fc.integer({ min: 4, max: 40 }),
        (raw, width) => {
          const text = printable(raw, latin);
          const lines = wrapText(text, width, byLength);
          assert.equal(lines.join("").replace(/ /g, ""), text.replace(/ /g, ""));
          assert.ok(lines.every((line) => line.length <= width));
          assert.ok(lines.every((line) => line === line.trim()));
        },
      ),
    );
  });

  it("splits a line by direction without losing any of it", () => {
    assert.deepEqual(directionRuns("user שלום עולם failed"), [
      { text: "user ", rtl: false },
      { text: "שלום עולם", rtl: true },
      { text: " failed", rtl: false },
    ]);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (line) => {
        assert.equal(
          directionRuns(line)
            .map((run) => run.text)
            .join(""),
          line,
        );
      }),
    );
  });
});
