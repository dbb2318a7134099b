import assert from "node:assert/strict";
import sinon from "sinon";
import type { PreparedDocument } from "../../../src/ship/document.ts";
import { freshPage } from "../../../src/ship/pages.ts";
import { countOf, createQueue, type Parcel } from "../../../src/ship/queue.ts";

const { signal } = new AbortController();
const limits = { documents: 10, bytes: 1000, ageMs: 200, bulks: 2, inFlightBytes: 2000 };

const page = freshPage(0);

function documents(count: number, size = 10): PreparedDocument[] {
  return Array.from({ length: count }, () => ({
    stream: "logs-x-y",
    time: 0,
    size,
    page,
    start: 0,
    json: 0,
    stamps: 0,
    end: 0,
  }));
}

/** A `send` whose bulks end when the test says so. */
function sender() {
  const bulks: { parcels: readonly Parcel[]; end: () => void }[] = [];
  const send = (parcels: readonly Parcel[]) =>
    new Promise<void>((resolve) => {
      bulks.push({
        parcels,
        end: () => {
          for (const { call, documents } of parcels) call.done(documents.length);
          resolve();
        },
      });
    });
  return { bulks, send, sizes: () => bulks.map(({ parcels }) => countOf(parcels)) };
}

/** Lets every settled promise run on. */
async function settle() {
  for (let n = 0; n < 20; n++) await Promise.resolve();
}

describe("the queue", () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    clock.restore();
  });

  it("sends full bulks at once and the rest when it has aged", async () => {
    const { bulks, send, sizes } = sender();
    const queue = createQueue(limits, send);
    const added = queue.add(documents(13), {}, signal);
    await settle();
    assert.deepEqual(sizes(), [10]);
    clock.tick(199);
    assert.deepEqual(sizes(), [10]);
    clock.tick(1);
    assert.deepEqual(sizes(), [10, 3]);
    for (const { end } of bulks) end();
    await added;
    assert.equal(queue.inFlightBytes, 0);
  });

  it("sends a steady trickle by age too: a newcomer does not put off those who wait", async () => {
    const { bulks, send, sizes } = sender();
    const queue = createQueue({ ...limits, documents: 100 }, send);
    for (let n = 0; n < 4; n++) {
      void queue.add(documents(1), {}, signal);
      await settle();
      clock.tick(60);
    }
    assert.deepEqual(sizes(), [4]);
    bulks[0]?.end();
  });

  it("makes do with a quarter of a bulk while nothing is under way", async () => {
    const { bulks, send, sizes } = sender();
    const queue = createQueue(limits, send);
    void queue.add(documents(2), {}, signal);
    void queue.add(documents(1), {}, signal);
    await settle();
    assert.deepEqual(sizes(), [3]);
    void queue.add(documents(3), {}, signal);
    await settle();
    assert.deepEqual(sizes(), [3]);
    bulks[0]?.end();
    await settle();
    assert.deepEqual(sizes(), [3, 3]);
    bulks[1]?.end();
  });

  it("coalesces the documents of several callers and cuts by bytes", async () => {
    const { bulks, send, sizes } = sender();
    const queue = createQueue({ ...limits, bulks: 3 }, send);
    const under = queue.add(documents(10), {}, signal);
    const first = queue.add(documents(4, 200), {}, signal);
    const second = queue.add(documents(4, 200), {}, signal);
    await settle();
    assert.deepEqual(sizes(), [10, 5]);
    clock.tick(200);
    assert.deepEqual(sizes(), [10, 5, 3]);
    bulks[0]?.end();
    await under;
    bulks[1]?.end();
    await first;
    bulks[2]?.end();
    await second;
  });

  it("ends a bulk where the documents' page ends", async () => {
    const { bulks, send, sizes } = sender();
    const queue = createQueue(limits, send);
    const other = freshPage(0);
    const elsewhere = documents(2).map((document) => ({ ...document, page: other }));
    void queue.add([...documents(2), ...elsewhere], {}, signal);
    await settle();
    assert.deepEqual(sizes(), [2]);
    clock.tick(200);
    assert.deepEqual(sizes(), [2, 2]);
    for (const { end } of bulks) end();
  });

  it("keeps to its number of bulks and to its cap in bytes", async () => {
    const { bulks, send, sizes } = sender();
    const queue = createQueue(limits, send);
    const added = [1, 2, 3].map(() => queue.add(documents(10, 100), {}, signal));
    await settle();
    assert.deepEqual(sizes(), [10, 10]);
    assert.equal(queue.inFlightBytes, 2000);
    bulks[0]?.end();
    await added[0];
    await settle();
    assert.deepEqual(sizes(), [10, 10, 10]);
    assert.equal(queue.inFlightBytes, 2000);
  });

  it("lets a call pass alone that is larger than the cap", async () => {
    const { bulks, send } = sender();
    const queue = createQueue(limits, send);
    const large = queue.add(documents(1, 5000), {}, signal);
    const small = queue.add(documents(10), {}, signal);
    await settle();
    assert.equal(bulks.length, 1);
    assert.equal(queue.reach, 5000);
    bulks[0]?.end();
    await large;
    await settle();
    bulks[1]?.end();
    await small;
  });

  it("gives up a call whose signal aborts, waiting or under way, and makes room", async () => {
    const { send } = sender();
    const queue = createQueue(limits, send);
    const stop = new AbortController();
    const taken = queue.add(documents(20, 100), {}, stop.signal);
    const waiting = queue.add(documents(10, 100), {}, stop.signal);
    await settle();
    stop.abort();
    await assert.rejects(taken, { name: "AbortError" });
    await assert.rejects(waiting, { name: "AbortError" });
    assert.equal(queue.inFlightBytes, 0);
  });

  it("fails everything when it is closed", async () => {
    const { send } = sender();
    const queue = createQueue(limits, send);
    const taken = queue.add(documents(20, 100), {}, signal);
    const waiting = queue.add(documents(10, 100), {}, signal);
    await settle();
    queue.close(new Error("closed"));
    await assert.rejects(taken, /closed/);
    await assert.rejects(waiting, /closed/);
    await assert.rejects(queue.add(documents(1), {}, signal), /closed/);
  });
});
