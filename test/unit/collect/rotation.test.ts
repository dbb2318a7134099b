import assert from "node:assert/strict";
import { isRotated, rotatedSiblings } from "../../../src/collect/rotation.ts";
import { livePaths } from "../../../src/collect/sources/file.ts";

describe("rotated siblings", () => {
  const cases: [title: string, live: string, names: string[], oldestFirst: string[]][] = [
    [
      "numbered, compressed from the second on",
      "access.log",
      ["access.log", "access.log.1", "access.log.10.gz", "access.log.2.gz"],
      ["access.log.10.gz", "access.log.2.gz", "access.log.1"],
    ],
    [
      "dated",
      "access.log",
      ["access.log-20261122", "access.log-20261101.gz", "access.log-20261115.gz"],
      ["access.log-20261101.gz", "access.log-20261115.gz", "access.log-20261122"],
    ],
    [
      "dated with time, twice a day",
      "a",
      ["a-20261122-1795362569", "a-20261122", "a-2026112223"],
      ["a-20261122", "a-20261122-1795362569", "a-2026112223"],
    ],
    [
      "dated before the extension",
      "app.log",
      ["app-20261122.log", "app-20261121.log.gz", "app.log"],
      ["app-20261121.log.gz", "app-20261122.log"],
    ],
    ["dated before numbered", "a", ["a.1", "a-20261101"], ["a-20261101", "a.1"]],
    ["the plain one of a file that is being compressed", "a", ["a.1", "a.1.gz"], ["a.1"]],
    ["an old one", "a.log", ["a.log.old", "a.log.1"], ["a.log.1", "a.log.old"]],
    [
      "no other file",
      "app.log",
      ["app.log.swp", "app-2.log", "app.2.log", "myapp.log.1", "app.log.1.bak", "app.logs"],
      [],
    ],
  ];
  for (const [title, live, names, expected] of cases) {
    it(`finds ${title}`, () => {
      assert.deepEqual(
        rotatedSiblings(live, names).map(({ name }) => name),
        expected,
      );
    });
  }

  it("tells what cannot be unpacked", () => {
    assert.deepEqual(rotatedSiblings("a", ["a.2.xz", "a.1.gz"]), [
      { name: "a.2.xz", compression: "other" },
      { name: "a.1.gz", compression: "gzip" },
    ]);
  });

  it("keeps dated live files apart, which are nobody's siblings", () => {
    const names = new Set(["u_ex261121.log", "u_ex261122.log", "app.2026-11-22.txt"]);
    for (const name of names) assert.equal(isRotated(name, names), false);
  });

  it("takes the live files out of what a wide glob matches", () => {
    const found = ["/l/a.log", "/l/a.log.1", "/l/a.log.2.gz", "/m/a.log.1", "/l/b.log"];
    assert.deepEqual(livePaths(found, new Set(["/l/b.log"])), ["/l/a.log", "/m/a.log.1"]);
  });
});
