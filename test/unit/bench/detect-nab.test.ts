import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nab } from "../../../scripts/bench/detect-nab.ts";

describe("the NAB bench", () => {
  let dir = "";
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "leafwatch-nab-test-"));
    await mkdir(join(dir, "data", "made"), { recursive: true });
    await writeFile(
      join(dir, "data", "made", "jump.csv"),
      `timestamp,value\n${rows().join("\n")}\n`,
    );
  });
  afterEach(() => rm(dir, { recursive: true }));

  /** Two days of ones at five minutes, then fives from 400 on. */
  function rows(): string[] {
    const stamp = (row: number) =>
      new Date(row * 300_000).toISOString().slice(0, 19).replace("T", " ");
    return Array.from({ length: 576 }, (_, row) => `${stamp(row)},${row < 400 ? 1 : 5}`);
  }
  const stampOf = (row: number) => rows()[row]?.split(",")[0] ?? "";

  it("writes a score for each row and rates it by the labels beside the data", async () => {
    const windows = [[`${stampOf(400)}.000000`, `${stampOf(430)}.000000`]];
    await writeFile(join(dir, "windows.json"), JSON.stringify({ "made/jump.csv": windows }));
    const { files, standard, detected, false_positives } = await nab(dir, join(dir, "out"));
    assert.deepEqual([files, standard, detected, false_positives], [1, 100, 1, 0]);
    const text = await readFile(join(dir, "out", "made", "jump.csv"), "utf8");
    const [head, ...written] = text.trim().split("\n");
    assert.equal(head, "timestamp,value,anomaly_score");
    assert.deepEqual(
      written.map((line) => line.slice(0, line.lastIndexOf(","))),
      rows(),
    );
  });

  it("only writes the scores where there are no labels, also of the data folder itself", async () => {
    assert.deepEqual(await nab(join(dir, "data"), join(dir, "out")), { files: 1 });
    assert.match(await readFile(join(dir, "out", "made", "jump.csv"), "utf8"), /^timestamp,/);
  });
});
