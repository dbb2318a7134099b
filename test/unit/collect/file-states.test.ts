import assert from "node:assert/strict";
import fc from "fast-check";
import {
  fromPosition,
  recognise,
  toPosition,
  type Candidate,
  type FileState,
} from "../../../src/collect/file-states.ts";
import { headOf, originOf } from "../../../src/collect/recognition.ts";

function state(content: string, more: Partial<FileState> = {}): FileState {
  const size = content.length;
  return { head: headOf(Buffer.from(content)), offset: size, size, mtimeMs: 1000, ...more };
}
function candidate(
  content: string,
  more: Partial<Candidate> & { mtimeMs?: number; inode?: string } = {},
): Candidate {
  const { mtimeMs = 1000, inode, ...rest } = more;
  return {
    compressed: false,
    live: false,
    head: Buffer.from(content),
    stat: { kind: "file", size: content.length, mtimeMs, ...(inode !== undefined && { inode }) },
    ...rest,
  };
}

describe("recognising files", () => {
  it("knows a file that grew, whatever it is called", () => {
    const found = recognise(
      [state("a1\n")],
      [candidate("a1\na2\n"), candidate("b\n", { live: true })],
    );
    assert.deepEqual(found, [0, "new"]);
  });

  it("takes what is older than a known one for new unless something was read of that", () => {
    const candidates = [
      candidate("a1\n", { mtimeMs: 10 }),
      candidate("b1\n"),
      candidate("c1\n", { live: true }),
    ];
    const known = (more: Partial<FileState>) => [state("b1\n", { offset: 0, ...more })];
    assert.deepEqual(recognise(known({}), candidates), ["new", 0, "new"]);
    assert.deepEqual(recognise(known({ oldest: true }), candidates), [undefined, 0, "new"]);
    assert.deepEqual(recognise(known({ offset: 1 }), candidates), [undefined, 0, "new"]);
  });

  it("takes what lies between the known one and the live one for new, and what lies before for read", () => {
    const found = recognise(
      [state("b\n")],
      [candidate("a\n"), candidate("b\n"), candidate("c\n"), candidate("d\n", { live: true })],
    );
    assert.deepEqual(found, [undefined, 0, "new", "new"]);
  });

  it("does not know a file that became shorter than what was read of it", () => {
    assert.deepEqual(recognise([state("a1\na2\n")], [candidate("a1\n", { live: true })]), ["new"]);
  });

  it("takes a copy that is not truncated yet for a copy", () => {
    const found = recognise(
      [state("a\n")],
      [candidate("a\n", { mtimeMs: 2000 }), candidate("a\n", { live: true })],
    );
    assert.deepEqual(found, [undefined, 0]);
  });

  it("tells files with the same first line apart by what was last seen of them", () => {
    const found = recognise(
      [state("start\n")],
      [candidate("start\n"), candidate("start\nmore\n", { live: true, mtimeMs: 9000 })],
    );
    assert.deepEqual(found, [0, "new"]);
  });

  it("goes by the inode where it is known, but not against the contents", () => {
    const known = state("start\n", { inode: "1:7" });
    const alike = [
      candidate("start\n", { inode: "1:7", mtimeMs: 5000 }),
      candidate("start\n", { inode: "1:8", live: true }),
    ];
    assert.deepEqual(recognise([known], alike), [0, "new"]);
    // Deleted and made anew with the same inode.
    assert.deepEqual(recognise([known], [candidate("other\n", { inode: "1:7", live: true })]), [
      "new",
    ]);
  });

  it("takes only what is newer than the last look where nothing is known any more", () => {
    const found = recognise(
      [state("gone\n", { mtimeMs: 5000 })],
      [
        candidate("old\n", { mtimeMs: 4000 }),
        candidate("new\n", { mtimeMs: 6000 }),
        candidate("live\n", { live: true }),
      ],
    );
    assert.deepEqual(found, [undefined, "new", "new"]);
  });

  it("saves what it knows and reads it back", () => {
    const states = [
      state("a\n", { done: true, origin: "o1" }),
      state("b\n", { origin: "o2", skipping: true, inode: "1:2" }),
    ];
    assert.deepEqual(fromPosition(JSON.parse(JSON.stringify(toPosition(states))) as never), states);
  });

  it("forgets all but the last finished files", () => {
    const states = Array.from({ length: 20 }, (_, i) => state(`${i}\n`, { done: true }));
    assert.equal(fromPosition(toPosition([...states, state("live\n")])).length, 9);
  });

  it("names a beginning the same however much of the file is there", () => {
    const longLine = fc.oneof(
      fc.string({ maxLength: 80 }),
      fc.string({ minLength: 1000, maxLength: 3000 }),
    );
    fc.assert(
      fc.property(longLine, fc.string({ maxLength: 2000 }), fc.nat(5000), (line, rest, cut) => {
        const all = Buffer.from(`${line.replaceAll("\n", "")}\n${rest}`);
        const now = originOf("web1", "/a", all.subarray(0, cut));
        if (now !== undefined) assert.equal(now, originOf("web1", "/a", all));
      }),
    );
    assert.notEqual(
      originOf("web1", "/a", Buffer.from("x\n")),
      originOf("web1", "/b", Buffer.from("x\n")),
    );
    assert.notEqual(
      originOf("web1", "/a", Buffer.from("x\n")),
      originOf("web2", "/a", Buffer.from("x\n")),
    );
  });
});
