import assert from "node:assert/strict";
import { joinRecords } from "../../../src/collect/multiline.ts";
import { gap } from "../../../src/collect/lines.ts";
import type { RawLine } from "../../../src/model/raw-line.ts";

const limits = { maxLines: 4, maxBytes: 100 };
function join(text: string, more: Partial<typeof limits> = {}) {
  let offset = 0;
  const lines = text.split("\n").map((line): RawLine => {
    const at = offset;
    offset += line.length + 1;
    return { text: line, offset: at };
  });
  const { complete, open } = joinRecords(lines, /^\[/u, { ...limits, ...more });
  return {
    complete: complete.map((one) => [one.offset, one.text]),
    open: open.map((one) => one.text),
  };
}

describe("records of several lines", () => {
  it("begin where the pattern matches; the last one waits", () => {
    assert.deepEqual(join("[a\n at x\n[b\n at y"), {
      complete: [[0, "[a\n at x"]],
      open: ["[b", " at y"],
    });
  });

  it("keep lines that come before the first beginning", () => {
    assert.deepEqual(join("lost\n[a\n[b"), {
      complete: [
        [0, "lost"],
        [5, "[a"],
      ],
      open: ["[b"],
    });
  });

  it("end at the limit of lines, and lose nothing", () => {
    assert.deepEqual(join("[a\n1\n2\n3\n4\n[b").complete, [
      [0, "[a\n1\n2\n3"],
      [9, "4"],
    ]);
  });

  it("end at the limit of bytes", () => {
    assert.deepEqual(join("[aaaa\nbbbb\ncccc\n[d", { maxBytes: 10 }).complete, [
      [0, "[aaaa\nbbbb"],
      [11, "cccc"],
    ]);
  });

  it("do not reach over a hole, and are marked", () => {
    const lines: RawLine[] = [
      { text: "[a", offset: 0 },
      { text: " more", offset: 3, flags: ["truncated"] },
      gap(9, 5),
      { text: " rest", offset: 14 },
    ];
    const { complete } = joinRecords(lines, /^\[/u, limits);
    assert.deepEqual(complete[0]?.flags, ["multiline", "truncated"]);
    assert.equal(complete[1]?.gapBytes, 5);
  });
});
