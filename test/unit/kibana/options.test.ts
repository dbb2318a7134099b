import assert from "node:assert/strict";
import { kibanaOptions } from "../../../src/kibana/options.ts";

describe("the section kibana: of the config", () => {
  const cases: [string, object, RegExp][] = [
    ["an address that is none", { url: "kibana:5601" }, /no web address/],
    [
      "two logins at once",
      { url: "http://k", api_key: "a", username: "b", password: "c" },
      /not both/,
    ],
    ["a user without password", { url: "http://k", username: "b" }, /belong together/],
    ["a space with capitals", { url: "http://k", space: "Ops" }, /space's id/],
    ["an unknown key", { url: "http://k", apikey: "x" }, /apikey/],
  ];
  for (const [what, value, message] of cases) {
    it(`refuses ${what}`, () => {
      const { success, error } = kibanaOptions.safeParse(value);
      assert.equal(success, false);
      assert.match(error.message, message);
    });
  }
});
