import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "@elastic/elasticsearch";
import { createBackingIndices } from "../../../src/ship/backing-indices.ts";

describe("backing indices", () => {
  it("tell the oldest that can hold what was sent from a time on", async () => {
    const indices = createBackingIndices(new Client({ node: "http://127.0.0.1:1" }));
    const name = "logs-apache.access-x";
    const note = async (generation: number) => {
      indices.note(name, `.ds-${name}-2026.11.22-00000${generation}`);
      await sleep(2);
      return performance.now();
    };
    const start = performance.now();
    assert.equal(indices.oldestFrom(name, start), 0, "nothing is known yet");
    const first = await note(3);
    assert.equal(indices.oldestFrom(name, start), 3, "nothing was sent before");
    const second = await note(4);
    // A cluster that is restored goes back.
    const third = await note(2);
    const fourth = await note(5);
    const times = [start, first, second, third, fourth];
    assert.deepEqual(
      times.map((at) => indices.oldestFrom(name, at)),
      [2, 2, 2, 2, 5],
    );
    assert.equal(indices.oldestFrom("logs-nginx.access-x", start), 0);
    assert.equal(indices.seen(name), 5);
  });
});
