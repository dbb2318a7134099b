import assert from "node:assert/strict";
import type { Client } from "@elastic/elasticsearch";
import sinon from "sinon";
import { setup } from "../../../src/es/templates.ts";
import { silentLog } from "../../../src/lib/log.ts";
import { createCheckpoints, type CheckpointOptions } from "../../../src/ship/checkpoints.ts";
import { endless } from "../../../src/ship/doubt.ts";
import { createShipper } from "../../../src/ship/shipper.ts";
import { offsetsUpTo, openDelivery, storedOffsets } from "../../helpers/delivery.ts";
import { randomNamespace, removeNamespace, testClient } from "../../helpers/elasticsearch.ts";
import { accessEvent, accessEvents } from "../../helpers/events.ts";

const { signal } = new AbortController();
const web1 = ["web1", "/var/log/apache2/access.log"] as const;
const batch = { origin: "3w5e11264sgsf" };

describe("shipping", function () {
  this.timeout(180_000);
  let client: Client;
  let namespace: string;
  const open = (owner = "a", options: CheckpointOptions = {}) =>
    openDelivery(client, namespace, owner, options);
  const stored = () => storedOffsets(client, `logs-apache.access-${namespace}`);

  before(async () => {
    client = await testClient();
  });
  beforeEach(async () => {
    namespace = randomNamespace();
    await setup(client, { namespace, retentionMs: 86_400_000 }, signal);
  });
  afterEach(async () => {
    await removeNamespace(client, namespace);
  });

  it("stores every event once, stamped, however often it is sent", async () => {
    await using delivery = open();
    assert.equal(await delivery.load(...web1, signal), undefined);
    const events = accessEvents(0, 1200, namespace);
    await delivery.ship(...web1, batch, events, signal);
    await delivery.ship(...web1, batch, events, signal);
    assert.deepEqual(await stored(), offsetsUpTo(1200));
    const { hits } = await client.search<Record<string, Record<string, unknown>>>({
      index: `logs-apache.access-${namespace}`,
      size: 1,
    });
    const source = hits.hits[0]?._source;
    assert.match(String(source?.["event"]?.["ingested"]), /^20\d\d-/);
    assert.ok(Number(source?.["leafwatch"]?.["delay_ms"]) >= 0);
    assert.equal(source?.["event"]?.["module"], "apache");
  });

  for (const [reach, documents] of [
    [endless, 900],
    [1, 1200],
  ] as const) {
    it(`looks ${reach} bytes far for what is stored of a stream without a checkpoint`, async () => {
      await using live = open();
      await live.load(...web1, signal);
      // Live shipping began late in the file.
      await live.ship(...web1, batch, accessEvents(600, 900, namespace), signal);
      await client.indices.rollover({ alias: `logs-apache.access-${namespace}` });
      const old = ["web1", "import:/var/log/apache2/access.log:/backup/access.log"] as const;
      await using first = open("b", { reach });
      assert.equal(await first.load(...old, signal), undefined);
      await first.ship(...old, batch, accessEvents(0, 300, namespace), signal);
      await first.save(...old, { at: 300 }, signal);
      await first[Symbol.asyncDispose]();
      // It is broken off and goes on: as far as before.
      await using second = open("c");
      assert.deepEqual(await second.load(...old, signal), { at: 300 });
      await second.ship(...old, batch, accessEvents(300, 900, namespace), signal);
      const offsets = await stored();
      assert.deepEqual([...new Set(offsets)], offsetsUpTo(900));
      assert.equal(offsets.length, documents);
    });
  }

  it("looks up what may be stored of a new source, but in no index that it has brought into being itself", async () => {
    let lookUps = 0;
    client.diagnostic.on("response", (_error, answer) => {
      if (answer?.meta.request.params.path.endsWith("/_mget") === true) lookUps++;
    });
    await using first = open();
    await first.load(...web1, signal);
    for (const from of [0, 100, 200])
      await first.ship(...web1, batch, accessEvents(from, from + 100, namespace), signal);
    assert.equal(lookUps, 0);
    await using second = open("b");
    await second.load("web2", web1[1], signal);
    await second.ship("web2", web1[1], batch, accessEvents(200, 400, namespace), signal);
    assert.equal(lookUps, 1);
    assert.equal(second.shipper.stats.existed, 100);
    assert.deepEqual(await stored(), offsetsUpTo(400));
  });

  it("finds what is shipped live while the same file is imported, in whichever index", async () => {
    const index = `logs-apache.access-${namespace}`;
    const old = ["web1", "import:/var/log/apache2/access.log:/backup/access.log"] as const;
    await using live = open();
    await live.load(...web1, signal);
    await using imported = open("b", { reach: endless });
    await imported.load(...old, signal);
    await imported.ship(...old, batch, accessEvents(0, 300, namespace), signal);
    await client.indices.rollover({ alias: index });
    await live.ship(...web1, batch, accessEvents(600, 900, namespace), signal);
    await client.indices.rollover({ alias: index });
    await imported.ship(...old, batch, accessEvents(300, 900, namespace), signal);
    assert.deepEqual(await stored(), offsetsUpTo(900));
  });

  it("refuses the save of an owner from whom the stream was taken", async () => {
    await using paused = open("a");
    await paused.load(...web1, signal);
    await using awake = open("b");
    await awake.load(...web1, signal);
    await awake.save(...web1, { at: 2 }, signal);
    await assert.rejects(paused.save(...web1, { at: 1 }, signal), {
      code: "CHECKPOINT_TAKEN",
    });
    await using third = open("c");
    assert.deepEqual(await third.load(...web1, signal), { at: 2 });
  });

  it("saves on after it has loaded a stream anew, whatever becomes of a save under way", async () => {
    let answer = () => {};
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const slow = new Proxy(client, {
      get(target, name) {
        if (name !== "index") return Reflect.get(target, name) as unknown;
        return async (...args: Parameters<Client["index"]>) => {
          const { progress } = (args[0] as { document: { progress?: { at: number } } }).document;
          if (progress?.at === 1) await answered;
          return target.index(...args);
        };
      },
    });
    const own = createCheckpoints<{ at: number }>(slow, namespace, "a");
    const other = createCheckpoints<{ at: number }>(client, namespace, "b");
    const ahead = { since: new Map<string, number>(), reach: 0 };
    await own.load(...web1, signal);
    const saving = own.save(...web1, { at: 1 }, ahead, signal);
    await other.load(...web1, signal);
    await own.load(...web1, signal);
    answer();
    await assert.rejects(saving, { code: "CHECKPOINT_TAKEN" });
    await own.save(...web1, { at: 2 }, ahead, signal);
  });

  it("asks for the next save after half a second, or after 16 MB", async () => {
    const clock = sinon.useFakeTimers({ now: Date.now(), toFake: ["Date"] });
    try {
      await using delivery = open();
      await delivery.load(...web1, signal);
      const ship = async (from: number, to: number, message: string) => {
        const events = accessEvents(from, to, namespace);
        for (const { event } of events) event.message = message;
        await delivery.ship(...web1, batch, events, signal);
        return delivery.landed(...web1);
      };
      assert.equal(await ship(0, 10, "x"), true);
      await delivery.save(...web1, { at: 10 }, signal);
      clock.tick(499);
      assert.equal(await ship(10, 20, "x"), false);
      clock.tick(1);
      assert.equal(delivery.landed(...web1), true);
      await delivery.save(...web1, { at: 20 }, signal);
      assert.equal(await ship(20, 35, "x".repeat(1e6)), false);
      assert.equal(await ship(35, 37, "x".repeat(1e6)), true);
    } finally {
      clock.restore();
    }
  });

  it("tells when lines of a stream were last stored, and of which there never were any", async () => {
    const [host, stream] = web1;
    await using delivery = open();
    for (const name of [stream, "/var/log/still.log"]) await delivery.load(host, name, signal);
    await delivery.save(host, "/var/log/still.log", { at: 0 }, signal);
    const before = new Date().toISOString();
    await delivery.ship(...web1, batch, accessEvents(0, 3, namespace), signal);
    await delivery.save(...web1, { at: 3 }, signal);
    await client.indices.refresh({ index: `leafwatch-checkpoints-${namespace}` });
    const listed = await createCheckpoints(client, namespace, "status").list(signal);
    const times = new Map(listed.map((one) => [one.stream, one.storedAt]));
    assert.deepEqual([...times.keys()].sort(), [stream, "/var/log/still.log"].sort());
    assert.equal(times.get("/var/log/still.log"), undefined);
    assert.ok((times.get(stream) ?? "") >= before);
  });

  it("keeps what the cluster refuses as a dead letter, and the rest goes on", async () => {
    await using delivery = open();
    await delivery.load(...web1, signal);
    const events = accessEvents(0, 10, namespace);
    const bad = accessEvent(10, namespace);
    // An object where the mapping has a number.
    Object.assign(bad.event, { http: { response: { status_code: { odd: true } } } });
    await delivery.ship(...web1, batch, [...events, bad], signal);
    await delivery.ship(...web1, batch, [bad], signal);
    assert.deepEqual(await stored(), offsetsUpTo(10));
    const index = `logs-leafwatch.dead_letter-${namespace}`;
    await client.indices.refresh({ index });
    const { hits } = await client.search<{
      event: { original: string };
      leafwatch: { dead_letter: { state: string; index: string; document: string } };
      error: { message: string };
    }>({ index });
    assert.equal(hits.hits.length, 1);
    const letter = hits.hits[0]?._source;
    assert.ok(letter);
    assert.equal(letter.event.original, bad.event.event.original);
    assert.equal(letter.leafwatch.dead_letter.index, `logs-apache.access-${namespace}`);
    assert.match(letter.error.message, /status_code/);
    assert.deepEqual(JSON.parse(letter.leafwatch.dead_letter.document), bad.event);
  });

  it("says that an index is in the way of the data stream", async () => {
    const own = randomNamespace();
    const index = `logs-apache.access-${own}`;
    // It was there before the templates, which would not let it be made.
    await client.indices.create({ index });
    try {
      await setup(client, { namespace: own, retentionMs: 86_400_000 }, signal);
      await using delivery = openDelivery(client, own);
      await delivery.load(...web1, signal);
      await assert.rejects(delivery.ship(...web1, batch, [accessEvent(0, own)], signal), {
        code: "ES_INDEX_IN_THE_WAY",
        message: `${index} is an index, not a data stream`,
      });
    } finally {
      await client.indices.delete({ index });
      await removeNamespace(client, own);
    }
  });

  it("says that the templates are missing", async () => {
    await using bare = createShipper({ client, namespace: randomNamespace(), log: silentLog });
    await assert.rejects(bare.ship(batch, accessEvents(0, 1, namespace), signal), {
      code: "ES_NOT_SET_UP",
    });
  });
});
