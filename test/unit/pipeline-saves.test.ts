import assert from "node:assert/strict";
import { AppError } from "../../src/lib/errors.ts";
import { run } from "../../src/pipeline.ts";
import { counting, sourceOf, stages } from "../helpers/pipeline.ts";

const { signal } = new AbortController();

describe("the pipeline's saves", () => {
  it("never saves past a batch that is still on its way", async () => {
    const landings: (() => void)[] = [];
    const all = stages({
      ship: () => new Promise<void>((resolve) => landings.push(resolve)),
    });
    const done = run(sourceOf(counting("a", 3)), all, signal);
    while (landings.length < 3) await new Promise((resolve) => setImmediate(resolve));
    landings[2]?.();
    landings[1]?.();
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(all.saved, []);
    landings[0]?.();
    await done;
    assert.equal(all.saved.length, 3);
  });

  it("saves a position while a later one is on its way only when that is due", async () => {
    const landings: (() => void)[] = [];
    let isDue = false;
    const all = stages({
      ship: () => new Promise<void>((resolve) => landings.push(resolve)),
      landed: () => isDue,
    });
    const done = run(sourceOf(counting("a", 7)), all, signal);
    const land = async (n: number) => {
      landings[n]?.();
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      return all.saved.map(({ position }) => position["offset"]);
    };
    while (landings.length < 6) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(await land(0), []);
    assert.equal(landings.length, 7);
    isDue = true;
    assert.deepEqual(await land(1), [2]);
    isDue = false;
    for (const n of [2, 3, 4, 5]) assert.deepEqual(await land(n), [2]);
    assert.deepEqual(await land(6), [2, 7]);
    await done;
  });

  it("goes on while a position is saved, and saves one at a time", async () => {
    const landings: (() => void)[] = [];
    const saves: { offset: unknown; done: () => void }[] = [];
    let isDue = true;
    let isHeld = true;
    const all = stages({
      ship: () => new Promise<void>((resolve) => landings.push(resolve)),
      landed: () => isDue,
      save: (_stream, { position }) =>
        new Promise((done) => {
          saves.push({ offset: position["offset"], done });
          if (!isHeld) done();
        }),
    });
    const done = run(sourceOf(counting("a", 12)), all, signal);
    const settle = async () => {
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      return [saves.map(({ offset }) => offset), landings.length];
    };
    await settle();
    landings[0]?.();
    assert.deepEqual(await settle(), [[1], 7]);
    isDue = false;
    landings[1]?.();
    assert.deepEqual(await settle(), [[1], 8]);
    isDue = true;
    landings[2]?.();
    landings[3]?.();
    assert.deepEqual(await settle(), [[1], 8], "the third is to be saved");
    saves[0]?.done();
    assert.deepEqual(await settle(), [[1, 3], 9]);
    isHeld = false;
    saves[1]?.done();
    for (let n = 4; n < 12; n++) {
      landings[n]?.();
      await settle();
    }
    await done;
    assert.equal(saves.at(-1)?.offset, 12);
  });

  it("reports a save that failed while later batches were on their way", async () => {
    const reasons: unknown[] = [];
    const landings: (() => void)[] = [];
    const all = stages({
      ship: (_stream, _batch, _events, stop) =>
        new Promise((resolve, reject) => {
          landings.push(resolve);
          stop.addEventListener("abort", () => {
            reject(new DOMException("stopped", "AbortError"));
          });
        }),
      save: async () => {
        throw new AppError("CHECKPOINT_TAKEN", "no", { hint: "" });
      },
      failed: async (_stream, error) => {
        reasons.push(error);
        return false;
      },
    });
    const done = run(sourceOf(counting("a", 9)), all, signal);
    while (landings.length < 6) await new Promise((resolve) => setImmediate(resolve));
    landings[0]?.();
    await done;
    assert.equal((reasons[0] as AppError).code, "CHECKPOINT_TAKEN");
  });
});
