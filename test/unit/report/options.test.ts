import assert from "node:assert/strict";
import { checkInOptions, reportOptions, sectionNames } from "../../../src/report/options.ts";

describe("the report's config", () => {
  it("takes one audience or a list of them", () => {
    const one = reportOptions.parse({ schedule: "0 8 * * MON", to: ["board"] });
    assert.deepEqual(one, reportOptions.parse([{ to: ["board"] }]));
    assert.deepEqual(one[0]?.sections, [...sectionNames]);
    assert.equal(one[0].language, "en-GB");
  });

  const wrong: [what: string, value: object, message: RegExp][] = [
    ["a schedule that is no cron expression", { schedule: "Mondays" }, /no cron expression/],
    ["an unknown section", { sections: ["weather"] }, /sections/],
    ["a language that does not exist", { language: "xx-!" }, /no language tag/],
    ["an unknown key", { recipients: ["board"] }, /recipients/],
  ];
  for (const [what, value, message] of wrong) {
    it(`refuses ${what}`, () => {
      const result = reportOptions.safeParse(value);
      assert.match(JSON.stringify(result.error?.issues), message);
    });
  }

  it("fills in the check-in day's hours", () => {
    const options = checkInOptions.parse({ weekday: "thursday", match: { "url.path": "/login" } });
    assert.deepEqual([options.from, options.to, options.member], ["00:00", "24:00", "user.name"]);
  });

  it("refuses check-in hours that end before they begin, and times that do not exist", () => {
    const parse = (hours: object) =>
      checkInOptions.safeParse({ weekday: "thursday", match: { a: "b" }, ...hours }).success;
    assert.equal(parse({ from: "20:00", to: "08:00" }), false);
    assert.equal(parse({ from: "25:00" }), false);
    assert.equal(parse({ from: "8:00" }), false);
    assert.equal(parse({ from: "08:00", to: "24:00" }), true);
  });
});
