import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Documents } from "../../../src/es/documents.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { silentLog } from "../../../src/lib/log.ts";
import { createLeases, type Lease } from "../../../src/ship/leases.ts";
import { createMemoryDocuments } from "../../helpers/memory-documents.ts";

const hosts = ["h1", "h2", "h3", "h4"];
const times = { everyMs: 20, staleMs: 150 };

/** Shippers over one set of documents, and who reads what at any time. */
function stage() {
  const documents = createMemoryDocuments<Lease>();
  const readers = new Map<string, Set<string>>(hosts.map((host) => [host, new Set()]));
  let readTwice = false;
  const join = (owner: string, over: Documents<Lease> = documents) => {
    const stop = new AbortController();
    const leases = createLeases({ documents: over, owner, hosts, log: silentLog, ...times });
    const done = leases.run(async (host, signal) => {
      const reading = readers.get(host) ?? new Set();
      reading.add(owner);
      if (reading.size > 1) readTwice = true;
      try {
        // Not held: the shipper that dies without a word never stops it.
        await sleep(1_000_000, undefined, { signal, ref: false });
      } finally {
        // A reader needs a while to stop.
        await sleep(10);
        reading.delete(owner);
      }
    }, stop.signal);
    return {
      leases,
      done,
      async leave() {
        stop.abort();
        await done;
      },
    };
  };
  const loads = () => {
    const count = new Map<string, number>();
    for (const reading of readers.values()) {
      for (const owner of reading) count.set(owner, (count.get(owner) ?? 0) + 1);
    }
    return Object.fromEntries([...count].sort());
  };
  return { documents, join, loads, readTwice: () => readTwice };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 8000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, "it never came about");
    await sleep(5);
  }
}

describe("leases", () => {
  it("give one shipper all hosts, and half of them to a second; all again when it leaves", async () => {
    const { join, loads, readTwice, documents } = stage();
    const a = join("a");
    await until(() => loads()["a"] === 4);
    const b = join("b");
    await until(() => loads()["a"] === 2 && loads()["b"] === 2);
    await b.leave();
    await until(() => loads()["a"] === 4);
    await a.leave();
    assert.deepEqual(loads(), {});
    assert.deepEqual(await documents.list({}, new AbortController().signal), []);
    assert.equal(readTwice(), false);
  });

  it("pass to the others when a shipper dies without a word", async () => {
    const { join, loads, documents } = stage();
    const dead = new AbortController();
    // Its writes no longer arrive, as after kill -9; what it reads no longer matters.
    const cut: Documents<Lease> = {
      ...documents,
      change: (...args) => (dead.signal.aborted ? never() : documents.change(...args)),
      replace: (...args) => (dead.signal.aborted ? never() : documents.replace(...args)),
    };
    const a = join("a", cut);
    await until(() => loads()["a"] === 4);
    const b = join("b");
    await until(() => loads()["b"] === 2);
    dead.abort();
    await until(() => loads()["b"] === 4);
    assert.equal(a.leases.isOurs("h1"), false);
    await b.leave();
  });

  it("are no longer ours as soon as somebody else may think so, before any timer has run", async () => {
    const { join, loads } = stage();
    const a = join("a");
    await until(() => loads()["a"] === 4);
    assert.equal(a.leases.isOurs("h1"), true);
    // The event loop stands still, as a paused process does.
    const wake = performance.now() + times.staleMs + 10;
    while (performance.now() < wake);
    assert.equal(a.leases.isOurs("h1"), false);
    await a.leave();
  });

  it("say why they cannot be renewed, as long as that lasts", async () => {
    const { documents, join, loads } = stage();
    let down = false;
    const away = new AppError("ES_UNREACHABLE", "nobody there", { hint: "", retryable: true });
    const list: typeof documents.list = (query, signal) =>
      down ? Promise.reject(away) : documents.list(query, signal);
    const a = join("a", { ...documents, list });
    await until(() => loads()["a"] === 4);
    await until(() => a.leases.trouble === undefined);
    down = true;
    await until(() => a.leases.trouble === "nobody there");
    down = false;
    await until(() => a.leases.trouble === undefined);
    await a.leave();
  });

  it("say so where nothing is answered at all", async () => {
    const { documents, join, loads } = stage();
    let silent = false;
    const list: typeof documents.list = (query, signal) =>
      silent
        ? sleep(1_000_000, undefined, { signal, ref: false }).then(() => [])
        : documents.list(query, signal);
    const a = join("a", { ...documents, list });
    await until(() => loads()["a"] === 4);
    silent = true;
    await until(() => /^leases have not been renewed for \d+ s$/.test(a.leases.trouble ?? ""));
    await a.leave();
  });

  it("end with the error of a reader, and let go of everything", async () => {
    const documents = createMemoryDocuments<Lease>();
    const leases = createLeases({ documents, owner: "a", hosts, log: silentLog, ...times });
    const { signal } = new AbortController();
    const run = leases.run(async (host, stop) => {
      if (host === "h2") throw new Error("no rights");
      await sleep(1_000_000, undefined, { signal: stop });
    }, signal);
    await assert.rejects(run, /no rights/);
    assert.deepEqual(await documents.list({}, signal), []);
  });
});

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}
