import assert from "node:assert/strict";
import fc from "fast-check";
import { encodingOf, lineSplitter, type Encoding } from "../../../src/collect/lines.ts";
import type { RawLine } from "../../../src/model/raw-line.ts";

function split(
  bytes: Buffer,
  options: { maxBytes?: number; encoding?: Encoding; cuts?: number[]; end?: boolean } = {},
) {
  const splitter = lineSplitter(0, {
    encoding: options.encoding ?? "utf8",
    maxBytes: options.maxBytes ?? 1024,
  });
  const cuts = [...(options.cuts ?? []), bytes.length].sort((a, b) => a - b);
  const lines: RawLine[] = [];
  let from = 0;
  for (const to of cuts) {
    lines.push(...splitter.push(bytes.subarray(from, Math.min(to, bytes.length))));
    from = Math.min(to, bytes.length);
  }
  if (options.end) lines.push(...splitter.end());
  return { lines, offset: splitter.offset, skipping: splitter.skipping };
}

describe("lines", () => {
  it("gives each line with the byte it begins at, without LF or CRLF", () => {
    assert.deepEqual(split(Buffer.from("één\r\ntwo\n\nfour")), {
      lines: [
        { text: "één", offset: 0 },
        { text: "two", offset: 7 },
        { text: "", offset: 11 },
      ],
      offset: 12,
      skipping: false,
    });
  });

  it("waits for the end of the last line, unless the file is complete", () => {
    assert.deepEqual(split(Buffer.from("a\nhalf")).lines, [{ text: "a", offset: 0 }]);
    assert.deepEqual(split(Buffer.from("a\nhalf"), { end: true }).lines.at(-1), {
      text: "half",
      offset: 2,
    });
  });

  it("cuts a line at the limit, marks it and drops its remainder", () => {
    const { lines } = split(Buffer.from("abcdefghij\nnext\n"), { maxBytes: 4 });
    assert.deepEqual(lines, [
      { text: "abcd", offset: 0, flags: ["truncated"] },
      { text: "next", offset: 11 },
    ]);
  });

  it("does not hold a line without end in memory", () => {
    const { lines, offset, skipping } = split(Buffer.from("x".repeat(50)), { maxBytes: 8 });
    assert.deepEqual(lines, [{ text: "xxxxxxxx", offset: 0, flags: ["truncated"] }]);
    assert.deepEqual([offset, skipping], [50, true]);
  });

  it("goes on inside a cut line after a restart", () => {
    const splitter = lineSplitter(50, { encoding: "utf8", maxBytes: 8, skipping: true });
    assert.deepEqual(splitter.push(Buffer.from("xx\nnew\n")), [{ text: "new", offset: 53 }]);
  });

  it("cuts between characters, not inside one", () => {
    const { lines } = split(Buffer.from("aéé\n"), { maxBytes: 4 });
    assert.deepEqual(lines, [{ text: "aé", offset: 0, flags: ["truncated"] }]);
  });

  it("does not cut a line of the full length whose two-byte end arrives in two parts", () => {
    const big = Buffer.from("abcdefgh\n", "utf16le").swap16();
    const { lines } = split(big, { encoding: "utf16be", maxBytes: 16, cuts: [17] });
    // What stands where a byte order mark would is dropped.
    assert.deepEqual(lines, [{ text: "bcdefgh", offset: 0 }]);
  });

  it("keeps bytes that are not UTF-8 readable and marks them", () => {
    assert.deepEqual(split(Buffer.from([0x63, 0xe9, 10])).lines, [
      { text: "cé", offset: 0, flags: ["invalid_utf8"] },
    ]);
  });

  it("reads UTF-16 of both byte orders and drops the byte order mark", () => {
    const little = Buffer.from("\ufeffgrün\r\nL\u0a0a\n", "utf16le");
    const big = Buffer.from(little).swap16();
    for (const bytes of [little, big]) {
      assert.deepEqual(split(bytes, { encoding: encodingOf(bytes), cuts: [3, 9] }).lines, [
        { text: "grün", offset: 0 },
        { text: "L\u0a0a", offset: 14 },
      ]);
    }
  });

  it("drops a UTF-8 byte order mark", () => {
    assert.deepEqual(split(Buffer.from("\ufeffa\n")).lines, [{ text: "a", offset: 0 }]);
  });

  it("records a hole of NULs that a crash left before a line", () => {
    const { lines } = split(Buffer.from(`a\n${"\0".repeat(9)}b\n`));
    assert.deepEqual(
      lines.map((line) => [line.offset, line.gapBytes ?? line.text]),
      [
        [0, "a"],
        [2, 9],
        [11, "b"],
      ],
    );
  });

  it("separates a line that was never finished from what follows the hole", () => {
    const { lines } = split(Buffer.from(`unfin${"\0".repeat(9)}b\n`));
    assert.deepEqual(
      lines.map((line) => [line.offset, line.gapBytes ?? line.text, line.flags]),
      [
        [0, "unfin", ["truncated"]],
        [5, 9, ["gap"]],
        [14, "b", undefined],
      ],
    );
  });

  it("stays before NULs at the end of a file, which may be space set aside", () => {
    assert.equal(split(Buffer.from(`a\n${"\0".repeat(9)}`)).offset, 2);
    assert.equal(split(Buffer.from(`a\nb${"\0".repeat(9)}`)).offset, 2);
  });

  const piece = fc.oneof(
    fc.constantFrom("\n", "\r\n", "\0", "\0\0\0\0\0", "é", "x".repeat(9)),
    fc.string({ maxLength: 6 }),
  );
  const content = fc
    .array(
      fc.oneof(
        { weight: 4, arbitrary: piece.map((text) => Buffer.from(text)) },
        fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes)),
      ),
      { maxLength: 40 },
    )
    .map((pieces) => Buffer.concat(pieces));

  it("gives the same lines however the bytes arrive", () => {
    fc.assert(
      fc.property(
        content,
        fc.array(fc.nat(200), { maxLength: 12 }),
        fc.constantFrom(8, 16, 1024),
        fc.constantFrom<Encoding>("utf8", "utf16le", "utf16be"),
        (bytes, cuts, maxBytes, encoding) => {
          assert.deepEqual(
            split(bytes, { cuts, maxBytes, encoding, end: true }),
            split(bytes, { maxBytes, encoding, end: true }),
          );
          assert.deepEqual(
            split(bytes, { cuts, maxBytes, encoding }),
            split(bytes, { maxBytes, encoding }),
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("gives back all bytes: lines, their ends and holes joined are what was read", () => {
    fc.assert(
      fc.property(content, (bytes) => {
        const { lines } = split(bytes, { end: true, maxBytes: 1e6 });
        let at = 0;
        for (const line of lines) {
          const between = bytes.subarray(at, line.offset).toString("latin1");
          assert.match(between, /^\r?\n?$/);
          const bom = line.offset === 0 && bytes.subarray(0, 3).equals(Buffer.from("\ufeff"));
          const encoding = line.flags?.includes("invalid_utf8") ? "latin1" : "utf8";
          at =
            line.offset + (line.gapBytes ?? Buffer.byteLength(line.text, encoding) + (bom ? 3 : 0));
          const read = bytes.subarray(line.offset + (bom ? 3 : 0), at);
          if (line.gapBytes === undefined) assert.equal(read.toString(encoding), line.text);
          else assert.ok(read.every((byte) => byte === 0));
        }
        assert.match(bytes.subarray(at).toString("latin1"), /^\r?\n?$/);
      }),
      { numRuns: 2000 },
    );
  });

  it("goes on from its offset as if it had never stopped", () => {
    fc.assert(
      fc.property(content, fc.nat(200), fc.constantFrom(8, 1024), (bytes, at, maxBytes) => {
        const options = { encoding: "utf8", maxBytes } as const;
        const first = lineSplitter(0, options);
        const lines = first.push(bytes.subarray(0, at));
        const second = lineSplitter(first.offset, { ...options, skipping: first.skipping });
        lines.push(...second.push(bytes.subarray(first.offset)));
        assert.deepEqual(lines, split(bytes, { maxBytes }).lines);
      }),
      { numRuns: 2000 },
    );
  });
});
