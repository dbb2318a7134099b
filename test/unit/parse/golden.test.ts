import assert from "node:assert/strict";
import { formats } from "../../../src/parse/registry.ts";
import { goldenCases } from "../../helpers/golden.ts";

const cases = goldenCases();

describe("golden pairs", () => {
  for (const golden of cases) {
    it(`${golden.format}: ${golden.name}`, () => {
      if (process.env["UPDATE_GOLDEN"] === "1") golden.write();
      else assert.deepEqual(JSON.parse(JSON.stringify(golden.events)), golden.expected);
    });
  }

  it("exist for every format", () => {
    assert.deepEqual(
      Object.keys(formats).filter((name) => !cases.some(({ format }) => format === name)),
      [],
    );
  });
});
