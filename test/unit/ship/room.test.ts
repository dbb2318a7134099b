import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { createRoom } from "../../../src/ship/room.ts";

const { signal } = new AbortController();

describe("room for bytes", () => {
  it("is given in the order in which it was asked for: a small one does not pass a large one", async () => {
    const room = createRoom(100);
    const order: string[] = [];
    await room.take(80, signal);
    const large = room.take(90, signal).then(() => order.push("large"));
    const small = room.take(10, signal).then(() => order.push("small"));
    await turn();
    assert.deepEqual(order, []);
    room.release(80);
    await Promise.all([large, small]);
    assert.deepEqual(order, ["large", "small"]);
    assert.equal(room.used, 100);
  });

  it("lets in as many of those who wait as there is room for what was taken last", async () => {
    const room = createRoom(100);
    await room.take(40, signal);
    await room.take(40, signal);
    let entered = 0;
    const waiting = [1, 2, 3].map(async () => {
      await room.wait(signal);
      await room.take(40, signal);
      entered++;
    });
    await turn();
    assert.equal(entered, 0);
    room.release(40);
    await turn();
    await turn();
    assert.equal(entered, 1);
    assert.equal(room.used, 80);
    room.release(40);
    room.release(40);
    await turn();
    await turn();
    await Promise.all(waiting);
    assert.equal(room.used, 80);
  });

  it("lets the next one in when the one before gives up, and everyone go when it closes", async () => {
    const room = createRoom(100);
    const stop = new AbortController();
    await room.take(60, signal);
    const given = room.take(90, stop.signal);
    const next = room.take(40, signal);
    stop.abort();
    await assert.rejects(given, { name: "AbortError" });
    await next;
    const last = room.wait(signal);
    room.close(new Error("closed"));
    await assert.rejects(last, /closed/);
  });
});
