import assert from "node:assert/strict";
import type { Client } from "@elastic/elasticsearch";
import { createClient } from "../../../src/es/client.ts";
import { setup } from "../../../src/es/templates.ts";
import { silentLog } from "../../../src/lib/log.ts";
import { createDeadLetters } from "../../../src/ship/dead-letters.ts";
import { createShipper } from "../../../src/ship/shipper.ts";
import { offsetsUpTo, storedOffsets } from "../../helpers/delivery.ts";
import {
  elasticsearchUrl,
  randomNamespace,
  removeNamespace,
  testClient,
} from "../../helpers/elasticsearch.ts";
import { accessEvent, accessEvents } from "../../helpers/events.ts";
import { startFaultyProxy, type Fault } from "../../helpers/faulty-proxy.ts";

const { signal } = new AbortController();
const batch = { origin: "3w5e11264sgsf" };
const count = 600;

describe("shipping through trouble", function () {
  this.timeout(180_000);
  let client: Client;
  let namespace: string;
  let index: string;

  before(async () => {
    client = await testClient();
  });
  beforeEach(async () => {
    namespace = randomNamespace();
    index = `logs-apache.access-${namespace}`;
    await setup(client, { namespace, retentionMs: 86_400_000 }, signal);
  });
  afterEach(async () => {
    await removeNamespace(client, namespace);
  });

  async function shipThrough(script: Fault[], onLost?: () => Promise<void>) {
    await using proxy = await startFaultyProxy(await elasticsearchUrl(), script);
    proxy.onLost = onLost;
    const behind = createClient({ url: proxy.url });
    await using shipper = createShipper({
      client: behind,
      namespace,
      log: silentLog,
      limits: { documents: 200, bulks: 2 },
      timeoutMs: 1500,
    });
    await Promise.all([
      shipper.ship(batch, accessEvents(0, count / 2, namespace), signal),
      shipper.ship(batch, accessEvents(count / 2, count, namespace), signal),
    ]);
    const { stats } = shipper;
    await behind.close();
    return { stats, bulks: proxy.bulks };
  }

  async function assertOnce() {
    assert.deepEqual(await storedOffsets(client, index), offsetsUpTo(count));
  }

  const scripts: Record<string, Fault[]> = {
    "a cluster that refuses everything for a while": [
      { refuse: 429 },
      { refuse: 429 },
      { refuse: 503 },
    ],
    "single refusals within a bulk": [{ half: 429 }, { half: 429 }, { half: 503 }],
    "requests that are lost": ["lose the request", "pass", "lose the request"],
    "answers that are lost": ["lose the answer", "lose the answer", "pass", "lose the answer"],
    "an answer that never comes": ["pass", "hang"],
    "answers of something else": ["odd answer", "odd answer"],
    "answers that are too short": ["short answer", "pass", "short answer"],
    "a limit on the size of a request": [{ atMost: 30_000 }],
    "one after another of them": [
      { refuse: 502 },
      "lose the answer",
      { half: 429 },
      "hang",
      "odd answer",
    ],
  };
  for (const [what, script] of Object.entries(scripts)) {
    it(`stores each event once through ${what}`, async () => {
      await shipThrough([...script]);
      await assertOnce();
    });
  }

  for (const fault of ["lose the answer", "hang"] as const) {
    it(`stores each event once when the stream rolls over and the shipper sees "${fault}"`, async () => {
      let rolled = false;
      await shipThrough(["pass", fault], async () => {
        if (rolled) return;
        rolled = true;
        await client.indices.rollover({ alias: index });
      });
      assert.equal(rolled, true);
      const { data_streams } = await client.indices.resolveIndex({ name: index });
      assert.equal([data_streams[0]?.backing_indices].flat().length, 2);
      await assertOnce();
    });
  }

  it("waits while the index is blocked, as on a full disk, and goes on when it is not", async () => {
    await shipThrough([]);
    const block = (on: boolean) =>
      client.indices.putSettings({ index, settings: { "index.blocks.write": on } });
    await block(true);
    await using shipper = createShipper({ client, namespace, log: silentLog });
    const shipped = shipper.ship(batch, [accessEvent(count, namespace)], signal);
    const deadline = Date.now() + 20_000;
    while (shipper.stats.waitingFor === undefined) {
      assert.ok(Date.now() < deadline);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.match(shipper.stats.waitingFor, /block/);
    await block(false);
    await shipped;
    assert.equal(shipper.stats.stored, 1);
  });

  it("sends a fraction of the bytes when it compresses, and stores the same", async () => {
    await using proxy = await startFaultyProxy(await elasticsearchUrl(), []);
    const behind = createClient({ url: proxy.url });
    const sent: number[] = [];
    for (const gzip of [false, true]) {
      const before = proxy.bytes;
      await using shipper = createShipper({ client: behind, namespace, log: silentLog, gzip });
      // The second time every answer is 409.
      await shipper.ship(batch, accessEvents(0, count, namespace), signal);
      assert.equal(shipper.stats.stored, count);
      sent.push(proxy.bytes - before);
    }
    const [plain = 0, compressed = 0] = sent;
    assert.ok(compressed > 0 && compressed * 4 < plain, `${compressed} bytes instead of ${plain}`);
    await assertOnce();
    await behind.close();
  });

  it("stops at wrong credentials, says so and loses nothing", async () => {
    await using proxy = await startFaultyProxy(await elasticsearchUrl(), [{ refuse: 401 }]);
    const behind = createClient({ url: proxy.url });
    await using shipper = createShipper({ client: behind, namespace, log: silentLog });
    await assert.rejects(shipper.ship(batch, accessEvents(0, 10, namespace), signal), {
      code: "ES_UNAUTHORIZED",
    });
    await shipper.ship(batch, accessEvents(0, count, namespace), signal);
    await assertOnce();
    await behind.close();
  });

  it("waits for a cluster that is not there, until it is told to stop", async () => {
    const nobody = createClient({ url: "http://127.0.0.1:9" });
    await using shipper = createShipper({ client: nobody, namespace, log: silentLog });
    const stop = new AbortController();
    const shipped = shipper.ship(batch, accessEvents(0, 10, namespace), stop.signal);
    setTimeout(() => {
      stop.abort();
    }, 500);
    await assert.rejects(shipped, { name: "AbortError" });
    await nobody.close();
  });

  it("keeps an event that is too large for any request as a dead letter", async () => {
    const large = accessEvent(0, namespace);
    large.event.message = "x".repeat(600_000);
    await using proxy = await startFaultyProxy(await elasticsearchUrl(), [{ atMost: 500_000 }]);
    const behind = createClient({ url: proxy.url });
    await using shipper = createShipper({ client: behind, namespace, log: silentLog });
    await shipper.ship(batch, [large, accessEvent(1, namespace)], signal);
    assert.equal(shipper.stats.stored, 1);
    assert.equal(shipper.stats.deadLettered, 1);
    await behind.close();
  });

  it("lists dead letters, and tries or drops them once", async () => {
    await using shipper = createShipper({ client, namespace, log: silentLog });
    const bad = [0, 1].map((n) => {
      const one = accessEvent(n, namespace);
      Object.assign(one.event, { http: { response: { status_code: { odd: true } } } });
      return one;
    });
    await shipper.ship(batch, bad, signal);
    const letters = createDeadLetters(client, namespace);
    const [first, second] = await letters.list({}, signal);
    assert.ok(first && second);
    assert.equal(await letters.count(signal), 2);
    assert.equal(first.host, "web1");
    assert.equal(first.path, "/var/log/apache2/access.log");
    const again = await letters.retry(first, signal);
    assert.equal(again.state, "new");
    assert.match(again.reason ?? "", /status_code/);
    assert.deepEqual(await letters.drop(second, signal), { id: second.id, state: "dropped" });
    assert.equal(await letters.count(signal), 1);
    await assert.rejects(letters.drop(second, signal), { code: "ES_CONFLICT" });
    // The mapping is mended: the next index takes what the old one refused.
    await client.cluster.putComponentTemplate({
      name: `leafwatch-${namespace}@custom`,
      template: {
        mappings: {
          properties: {
            http: {
              properties: { response: { properties: { status_code: { type: "flattened" } } } },
            },
          },
        },
      },
    });
    await client.indices.rollover({ alias: index }).catch(() => undefined);
    assert.deepEqual(await letters.retry(first, signal), { id: first.id, state: "retried" });
    assert.equal(await letters.count(signal), 0);
    await client.indices.refresh({ index });
    assert.equal((await client.count({ index })).count, 1);
  });
});
