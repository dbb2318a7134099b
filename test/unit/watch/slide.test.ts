import assert from "node:assert/strict";
import { amounts, attempts, distinctValues, slide } from "../../../src/watch/slide.ts";

const within = 300_000;
const everything = { from: 0, to: Number.MAX_SAFE_INTEGER };
const at = (...times: number[]) => times.map((time) => ({ at: time, weight: 1, values: [] }));
const evenly = (n: number, over: number, from = 1_000_000) =>
  at(...Array.from({ length: n }, (_, i) => from + Math.round((over / Math.max(1, n - 1)) * i)));
const windows = (events: ReturnType<typeof at>, limit: number, range = everything) =>
  slide(events, range, within, limit, attempts());

describe("watch/slide", () => {
  const counts = [
    { title: "one fewer than the limit", n: 9, over: within, found: 0 },
    { title: "the limit", n: 10, over: within, found: 1 },
    { title: "one more than the limit", n: 11, over: within, found: 1 },
    { title: "the limit in a window less 1 ms", n: 10, over: within - 1, found: 1 },
    { title: "the limit in a window and 1 ms", n: 10, over: within + 1, found: 0 },
    { title: "the limit at one instant", n: 10, over: 0, found: 1 },
    { title: "one fewer at one instant", n: 9, over: 0, found: 0 },
  ];
  for (const { title, n, over, found } of counts) {
    it(`finds ${found} windows in ${title}`, () => {
      assert.equal(windows(evenly(n, over), 10).length, found);
    });
  }

  it("sums the attempts that an event stands for", () => {
    const events = [
      { at: 1000, weight: 9, values: [] },
      { at: 2000, weight: 0, values: [] },
      { at: 3000, weight: 1, values: [] },
    ];
    assert.deepEqual(windows(events, 10), [{ at: 3000, first: 1000, last: 3000, count: 10 }]);
    assert.deepEqual(windows(events, 11), []);
  });

  it("judges events of one instant together", () => {
    assert.deepEqual(windows(at(5, 5, 5), 2), [{ at: 5, first: 5, last: 5, count: 3 }]);
  });

  it("joins windows that overlap and keeps the largest count", () => {
    const events = at(0, 10, 20, 200_000, 200_001, 200_002, 400_000);
    assert.deepEqual(windows(events, 3), [{ at: 400_000, first: 0, last: 400_000, count: 6 }]);
  });

  it("keeps windows apart that share no event", () => {
    const events = at(0, 1, 1_000_000, 1_000_001);
    assert.deepEqual(
      windows(events, 2).map(({ first, last }) => [first, last]),
      [
        [0, 1],
        [1_000_000, 1_000_001],
      ],
    );
  });

  it("finds only windows that end in the range, with what lies before it", () => {
    const events = at(100, 200, 300, 400);
    assert.deepEqual(windows(events, 3, { from: 400, to: 500 }), [
      { at: 400, first: 100, last: 400, count: 4 },
    ]);
    assert.deepEqual(windows(events, 3, { from: 0, to: 300 }), []);
    assert.equal(windows(events, 3, { from: 0, to: 301 }).length, 1);
  });

  it("counts different values once however often they come", () => {
    const named = (time: number, ...values: string[]) => ({ at: time, weight: 1, values });
    const events = [named(0, "a"), named(1, "a", "b"), named(2, "b"), named(within + 1, "c")];
    const found = (limit: number) => slide(events, everything, within, limit, distinctValues());
    assert.equal(found(2)[0]?.count, 3);
    assert.deepEqual(found(3), [{ at: within + 1, first: 1, last: within + 1, count: 3 }]);
    assert.deepEqual(found(4), []);
  });

  it("sums a field and leaves negative values out", () => {
    const bytes = (time: number, ...values: number[]) => ({ at: time, weight: 1, values });
    const events = [bytes(0, 60), bytes(1, -50), bytes(2, 40)];
    assert.equal(slide(events, everything, within, 100, amounts())[0]?.count, 100);
    assert.deepEqual(slide(events, everything, within, 101, amounts()), []);
  });
});
