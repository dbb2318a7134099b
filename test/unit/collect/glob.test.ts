import assert from "node:assert/strict";
import { expandGlob, isGlob, literalPath } from "../../../src/collect/glob.ts";

const tree: Readonly<Record<string, readonly string[]>> = {
  "/": ["var"],
  "/var": ["log"],
  "/var/log": ["a.log", "b.log", ".hidden.log", "a.txt", "nginx", "apache2", "[x].log"],
  "/var/log/nginx": ["access.log", "error.log"],
  "/var/log/apache2": ["access.log", "other_access.log"],
};
const expand = (pattern: string) => expandGlob(pattern, async (folder) => tree[folder]);

describe("globs", () => {
  const cases: [pattern: string, matches: string[]][] = [
    ["/var/log/*.log", ["/var/log/[x].log", "/var/log/a.log", "/var/log/b.log"]],
    ["/var/log/?.log", ["/var/log/a.log", "/var/log/b.log"]],
    ["/var/log/[a].*", ["/var/log/a.log", "/var/log/a.txt"]],
    ["/var/log/[!a].log", ["/var/log/b.log"]],
    ["/var/log/{a,b}.log", ["/var/log/a.log", "/var/log/b.log"]],
    ["/var/log/.*.log", ["/var/log/.hidden.log"]],
    ["/var/log/*/access.log", ["/var/log/apache2/access.log", "/var/log/nginx/access.log"]],
    [
      "/*/log/*/*access.log",
      [
        "/var/log/apache2/access.log",
        "/var/log/apache2/other_access.log",
        "/var/log/nginx/access.log",
      ],
    ],
    ["/var/log/\\[x\\].log", ["/var/log/[x].log"]],
    ["/nowhere/*.log", []],
  ];
  for (const [pattern, matches] of cases) {
    it(`expands ${pattern}`, async () => {
      // A path without a pattern is taken as it is, whether it is there or not.
      const found = (await expand(pattern)).filter((path) => {
        const at = path.lastIndexOf("/");
        return isGlob(pattern) ? tree[path.slice(0, at)]?.includes(path.slice(at + 1)) : true;
      });
      assert.deepEqual(found, matches);
    });
  }

  it("takes signs literally after a backslash", () => {
    assert.equal(isGlob("/a/\\*"), false);
    assert.equal(literalPath("/a/\\*"), "/a/*");
  });
});
