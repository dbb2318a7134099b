import assert from "node:assert/strict";
import { silentLog } from "../../../src/lib/log.ts";
import { failuresBetween, guarded } from "../../../src/watch/failures.ts";
import { memoryState } from "../../../src/watch/memory-state.ts";
import type { Cursor } from "../../../src/watch/state.ts";

const at = (text: string) => Date.parse(text);
const cursor = (failedHours?: Cursor["failedHours"]): Cursor => ({
  rule: "r",
  hash: "h",
  judgedUntil: 0,
  watermark: 0,
  since: 0,
  passedAt: 0,
  ...(failedHours && { failedHours }),
});
const week = { from: at("2026-11-16T00:00:00Z"), to: at("2026-11-23T00:00:00Z") };
const now = at("2026-11-23T08:00:00Z");

describe("passes of a rule that failed", () => {
  it("are counted by the hour, from the beginning of a stretch up to, not including, its end", () => {
    const hours = {
      "2026-11-15T23": 1,
      "2026-11-16T00": 2,
      "2026-11-22T23": 4,
      "2026-11-23T00": 8,
    };
    assert.equal(failuresBetween(cursor(hours), week, now), 6);
  });

  it("are none where nothing failed, and not known where it is too long ago", () => {
    assert.equal(failuresBetween(cursor(), week, now), 0);
    assert.equal(failuresBetween(cursor(), week, at("2026-12-20T08:00:00Z")), undefined);
  });

  it("are noted in the rule's cursor, and stay when it is judged again", async () => {
    const { signal } = new AbortController();
    const parts = { state: memoryState(), log: silentLog };
    const fail = async () => Promise.reject(new Error("a shard is away"));
    for (const time of ["2026-11-18T10:05:00Z", "2026-11-18T10:06:00Z", "2026-11-19T01:00:00Z"]) {
      await guarded(parts, { id: "r" }, cursor(), at(time), signal, fail);
    }
    const stored = (await parts.state.cursors(signal)).get("r");
    assert.ok(stored);
    assert.deepEqual(stored.value.failedHours, { "2026-11-18T10": 2, "2026-11-19T01": 1 });
    assert.equal(failuresBetween(stored.value, week, now), 3);
  });
});
