import assert from "node:assert/strict";
import fc from "fast-check";
import { foreign } from "../../../src/notify/foreign.ts";
import { quietUntil } from "../../../src/notify/quiet.ts";
import { shortWhen, spell, when } from "../../../src/notify/when.ts";
import { row, width, wrap } from "../../../src/lib/wrap.ts";
import { techniqueName } from "../../../src/model/attack-techniques.ts";

describe("notify/foreign", () => {
  it("leaves nothing that a mail program would make a link of", () => {
    assert.equal(
      foreign("see http://evil.example and www.evil.example"),
      "see http[:]//evil.example and www[.]evil.example",
    );
    assert.equal(foreign("javascript:alert(1) MAILTO:x"), "javascript[:]alert(1) MAILTO[:]x");
  });

  it("shows what hides, and cuts what is long", () => {
    assert.equal(foreign("\u001b[2J\u202egnp\u200b"), "\\u001b[2J\\u202egnp\\u200b");
    assert.equal(foreign("x".repeat(1_000_000), 10), "xxxxxxxxx…");
  });

  it("never lets through a character that acts", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        assert.doesNotMatch(
          foreign(text),
          /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]|:\/\//,
        );
      }),
    );
  });
});

describe("notify/wrap", () => {
  it("keeps every line within 72 columns and every character of the words", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "grapheme", maxLength: 100 })),
        fc.constantFrom("", "  ", "    "),
        (words, indent) => {
          const text = words.join(" ").replace(/\s+/g, " ").trim();
          const wrapped = wrap(text, indent);
          for (const line of wrapped.split("\n"))
            assert.ok(width(line) <= 72, `${width(line)}: ${line}`);
          assert.equal(wrapped.replace(/\s+/g, ""), text.replace(/\s+/g, ""));
        },
      ),
    );
  });

  it("sets a value beside its label", () => {
    assert.equal(
      row("Who", `${"a".repeat(50)} ${"b".repeat(50)}`),
      `Who        ${"a".repeat(50)}\n           ${"b".repeat(50)}`,
    );
  });
});

describe("notify/when", () => {
  it("says the reader's time and UTC", () => {
    assert.equal(
      when("2026-07-16T13:02:11Z", "Europe/London"),
      "Thu 16 Jul 2026, 14:02:11 BST (13:02:11 UTC)",
    );
    assert.equal(
      when("2026-07-16T23:02:11Z", "Europe/London"),
      "Fri 17 Jul 2026, 00:02:11 BST (16 Jul 23:02:11 UTC)",
    );
    assert.equal(when("2026-07-16T13:02:11Z", "UTC"), "Thu 16 Jul 2026, 13:02:11 UTC");
    assert.equal(shortWhen("2026-07-16T13:02:11Z", "Asia/Kolkata"), "16 Jul 18:32:11");
  });

  it("spells a duration", () => {
    assert.equal(spell(300_000), "5 minutes");
    assert.equal(spell(3_661_000), "1 hour 1 minute");
    assert.equal(spell(0), "0 seconds");
  });
});

describe("notify/quiet", () => {
  const night = { from: "22:00", to: "06:00" };
  const cases: [string, Parameters<typeof quietUntil>, string | undefined][] = [
    [
      "hold before midnight",
      ["2026-07-16T21:30:00Z", night, "Europe/London"],
      "2026-07-17T05:00:00.000Z",
    ],
    [
      "hold after midnight",
      ["2026-07-17T04:59:59Z", night, "Europe/London"],
      "2026-07-17T05:00:00.000Z",
    ],
    ["are over at their end", ["2026-07-17T05:00:00Z", night, "Europe/London"], undefined],
    ["do not hold at noon", ["2026-07-17T12:00:00Z", night, "Europe/London"], undefined],
    [
      "follow the clock through the change to summer time",
      ["2026-03-29T00:30:00Z", night, "Europe/London"],
      "2026-03-29T05:00:00.000Z",
    ],
    [
      "belong to the day on which they begin",
      ["2026-07-18T02:00:00Z", { ...night, days: ["fri"] }, "UTC"],
      "2026-07-18T06:00:00.000Z",
    ],
    [
      "leave out other days",
      ["2026-07-17T02:00:00Z", { ...night, days: ["fri"] }, "UTC"],
      undefined,
    ],
    [
      "may last all day",
      ["2026-07-18T02:00:00Z", { from: "00:00", to: "24:00", days: ["sat"] }, "UTC"],
      "2026-07-19T00:00:00.000Z",
    ],
  ];
  for (const [what, args, expected] of cases) {
    it(what, () => {
      assert.equal(quietUntil(...args), expected);
    });
  }
});

describe("model/attack-techniques", () => {
  it("names a technique with its parent", () => {
    assert.equal(techniqueName("T1110.003"), "Brute Force: Password Spraying");
    assert.equal(techniqueName("T1190"), "Exploit Public-Facing Application");
    assert.equal(techniqueName("T9999"), undefined);
  });
});
