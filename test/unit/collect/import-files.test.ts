import assert from "node:assert/strict";
import { importSource } from "../../../src/collect/import-files.ts";

describe("an import", () => {
  it("does not promise to wait for a file that is not there", async () => {
    const { signal } = new AbortController();
    const source = importSource("/no/such.log", {
      host: "web1",
      path: "/var/log/such.log",
      maxLineBytes: 1000,
    });
    const read = async () => {
      for await (const stream of source.streams(signal))
        for await (const _ of stream.batches(undefined, signal)) assert.fail("read something");
    };
    await assert.rejects(read, { code: "FILE_NOT_FOUND", hint: /does not wait/ });
  });
});
