import assert from "node:assert/strict";
import type { Content } from "../../../src/collect/content.ts";
import { FileReplaced, freshFile, readOn } from "../../../src/collect/tracked-file.ts";

const never = new AbortController().signal;

describe("reading a file on", () => {
  it("names no line by the beginning of a file that has taken the place of theirs", async () => {
    const first = Buffer.from("a1\na2\n");
    const file = freshFile("/var/log/app.log.1", false, false);
    const content: Content = {
      compressed: false,
      file: {
        stat: async () => ({ kind: "file", size: first.length, mtimeMs: 0 }),
        read: () => assert.fail("read past the content"),
        close: async () => undefined,
      },
      async *read() {
        yield first;
      },
      head: async () => Buffer.from("b1 of another file\n"),
    };
    const stat = await content.file.stat(never);
    const options = { host: "web1", path: "/var/log/app.log", maxLineBytes: 1e6, batchBytes: 1e6 };
    await assert.rejects(async () => {
      for await (const _ of readOn(file, content, stat, "open", options, never))
        assert.fail("handed on lines under a foreign name");
    }, FileReplaced);
    assert.deepEqual([file.offset, file.origin], [0, undefined]);
  });
});
