import assert from "node:assert/strict";
import { elasticsearchOptions, isWorthCompressing } from "../../../src/es/client.ts";

describe("the section elasticsearch: of the config", () => {
  const wrong: [string, object, RegExp][] = [
    ["a key and a user", { api_key: "a", username: "b", password: "c" }, /not both/],
    ["a user without password", { username: "b" }, /username needs a password/],
    ["a password without user", { password: "b" }, /password needs a username/],
    ["a CA for http", { ca: "ca.crt" }, /https/],
  ];
  for (const [what, options, message] of wrong) {
    it(`refuses ${what}`, () => {
      const { error } = elasticsearchOptions.safeParse({ url: "http://es1:9200", ...options });
      assert.match(error?.message ?? "", message);
    });
  }

  const compressed: [string | string[], boolean | undefined, boolean][] = [
    ["http://127.0.0.1:9200", undefined, false],
    ["http://localhost:9200", undefined, false],
    ["https://[::1]:9200", undefined, false],
    ["http://es1:9200", undefined, true],
    [["http://localhost:9200", "http://es2:9200"], undefined, true],
    ["http://localhost.example.org:9200", undefined, true],
    ["http://127.0.0.1:9200", true, true],
    ["http://es1:9200", false, false],
  ];
  for (const [url, compress, expected] of compressed) {
    it(`${expected ? "compresses" : "does not compress"} for ${String(url)} (${compress ?? "nothing said"})`, () => {
      assert.equal(isWorthCompressing({ url, compress }), expected);
    });
  }
});
