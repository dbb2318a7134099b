import assert from "node:assert/strict";
import type { Source, Stream } from "../../src/collect/source.ts";
import { AppError } from "../../src/lib/errors.ts";
import { run } from "../../src/pipeline.ts";
import { batch, counting, sourceOf, stages } from "../helpers/pipeline.ts";

const { signal } = new AbortController();

describe("the pipeline", () => {
  it("ships every batch once and saves each position in order", async () => {
    const all = stages({});
    await run(sourceOf(counting("a", 10)), all, signal);
    assert.deepEqual(all.shipped, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual(
      all.saved.map(({ position }) => position["offset"]),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    );
  });

  it("reads no further than six batches ahead of what is stored", async () => {
    const pulled: number[] = [];
    const landings: (() => void)[] = [];
    const all = stages({ ship: () => new Promise<void>((resolve) => landings.push(resolve)) });
    const done = run(sourceOf(counting("a", 20, pulled)), all, signal);
    for (let landed = 0; landed < 20; landed++) {
      while (landings.length <= landed) await new Promise((resolve) => setImmediate(resolve));
      assert.ok(pulled.length <= landed + 6, `${pulled.length} read, ${landed} stored`);
      landings[landed]?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await done;
  });

  it("reads on only when a batch without lines, which says where reading begins, is saved", async () => {
    const pulled: number[] = [];
    let saved: () => void = () => undefined;
    const all = stages({ save: () => new Promise<void>((resolve) => (saved = resolve)) });
    const stream: Stream = {
      name: "a",
      async *batches() {
        yield { ...batch(6), lines: [] };
        pulled.push(7);
        yield batch(7);
      },
    };
    const done = run(sourceOf(stream), all, signal);
    for (let n = 0; n < 10; n++) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(pulled, []);
    saved();
    while (pulled.length === 0) await new Promise((resolve) => setImmediate(resolve));
    for (let n = 0; n < 10; n++) await new Promise((resolve) => setImmediate(resolve));
    saved();
    await done;
    assert.deepEqual(all.shipped, [7]);
  });

  it("goes on behind the last saved position after a failure", async () => {
    let calls = 0;
    const all = stages({ failed: async () => true });
    const ship = all.ship.bind(all);
    all.ship = async (...args) => {
      if (++calls === 3) throw new AppError("LOST", "gone", { hint: "" });
      await ship(...args);
    };
    await run(sourceOf(counting("a", 6)), all, signal);
    assert.deepEqual([...new Set(all.shipped)].sort(), [0, 1, 2, 3, 4, 5]);
    assert.equal(all.saved.at(-1)?.position["offset"], 6);
  });

  it("reports the failure itself, not the stop that followed from it", async () => {
    const reasons: unknown[] = [];
    const all = stages({
      ship: async (_stream, _batch, _events, stop) => {
        if (reasons.length === 0) throw new AppError("REFUSED", "no", { hint: "" });
        stop.throwIfAborted();
      },
      failed: async (_stream, error) => {
        reasons.push(error);
        return false;
      },
    });
    await run(sourceOf(counting("a", 6)), all, signal);
    assert.equal((reasons[0] as AppError).code, "REFUSED");
  });

  it("lets the other streams go on when one fails", async () => {
    const broken: Stream = {
      name: "broken",
      async *batches() {
        throw new AppError("SSH_READ", "no", { hint: "" });
      },
    };
    const failed: string[] = [];
    const all = stages({
      failed: async ({ name }) => {
        failed.push(name);
        return false;
      },
    });
    await run(sourceOf(broken, counting("a", 2)), all, signal);
    assert.deepEqual(failed, ["broken"]);
    assert.deepEqual(all.shipped, [0, 1]);
  });

  it("reads the streams that were found to their end when finding more fails", async () => {
    const all = stages({});
    const source: Source = {
      host: "web1",
      async *streams() {
        yield counting("a", 5);
        throw new AppError("FILE_NOT_FOUND", "no such file", { hint: "" });
      },
    };
    await assert.rejects(run(source, all, signal), { code: "FILE_NOT_FOUND" });
    assert.equal(all.saved.length, 5);
  });

  it("saves the directive with the position and starts the next parser with it", async () => {
    const started: (string | undefined)[] = [];
    const all = stages({ failed: async () => true });
    all.parser = (_stream, saved) => {
      started.push(saved);
      let directive = saved;
      return {
        parse: ({ lines: [line] }) => {
          if (line?.offset === 0) directive = "#Fields: a";
          if (line?.offset === 1 && started.length === 1) throw new Error("crash");
          return [];
        },
        directive: () => directive,
      };
    };
    await run(sourceOf(counting("a", 3)), all, signal);
    assert.deepEqual(started, [undefined, "#Fields: a"]);
    assert.equal(all.saved.at(-1)?.directive, "#Fields: a");
  });
});
