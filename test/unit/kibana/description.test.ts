import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkFieldList } from "../../../scripts/dashboards/check/fields.ts";
import { readMapping } from "../../../scripts/dashboards/check/mapping.ts";
import { boards, bundle, bundleFile } from "../../../scripts/dashboards/bundle.ts";
import { searches } from "../../../scripts/dashboards/searches.ts";

const root = join(import.meta.dirname, "../../..");

describe("the description of the dashboards", () => {
  it("is what dashboards/ holds, to the byte: else run npm run dashboards", async () => {
    const { name, text } = bundleFile();
    assert.deepEqual(
      (await readdir(join(root, "dashboards"))).filter((file) => file.endsWith(".ndjson")),
      [name],
    );
    assert.ok((await readFile(join(root, "dashboards", name), "utf8")) === text);
  });

  it("names only fields that the index templates have, with their types", async () => {
    assert.deepEqual(checkFieldList(await readMapping(join(root, "index-templates"))), []);
  });

  it("gives the same ids at every run", () => {
    assert.deepEqual(bundle(), bundle());
  });

  it("shows every saved search on a board", () => {
    const shown = boards.flatMap(({ rows }) =>
      rows.flat().flatMap((panel) => (panel.type === "search" ? [panel.search] : [])),
    );
    assert.deepEqual([...new Set(shown)].sort(), searches.map(({ id }) => id).sort());
  });

  it("begins every board with metrics, after the links", () => {
    for (const { id, rows } of boards) {
      assert.ok(
        rows[0]?.every(({ type }) => type === "metric"),
        id,
      );
    }
  });

  it("keeps what is under the hand of an importing person in one file of a sensible size", () => {
    assert.ok(bundleFile().text.length < 500_000);
  });
});
