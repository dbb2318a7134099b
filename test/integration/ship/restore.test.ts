import assert from "node:assert/strict";
import type { Client } from "@elastic/elasticsearch";
import { setup } from "../../../src/es/templates.ts";
import {
  offsetsUpTo,
  openDelivery,
  storedOffsets,
  type OpenDelivery,
} from "../../helpers/delivery.ts";
import { randomNamespace, removeNamespace, testClient } from "../../helpers/elasticsearch.ts";
import { accessEvents } from "../../helpers/events.ts";

const { signal } = new AbortController();
const web1 = ["web1", "/var/log/apache2/access.log"] as const;
const batch = { origin: "3w5e11264sgsf" };

/*
 * A cluster restored from a snapshot: data and state as they were then. A snapshot itself takes a server with a
 * repository; what it leaves behind is made here by hand, on the server that all tests share.
 */
describe("after a restore to an older state", function () {
  this.timeout(180_000);
  let client: Client;
  let namespace: string;
  let data: string;
  let state: string;

  before(async () => {
    client = await testClient();
  });
  beforeEach(async () => {
    namespace = randomNamespace();
    data = `logs-apache.access-${namespace}`;
    state = `leafwatch-checkpoints-${namespace}`;
    await setup(client, { namespace, retentionMs: 86_400_000 }, signal);
  });
  afterEach(async () => {
    await removeNamespace(client, namespace);
  });

  const open = (owner: string) => openDelivery(client, namespace, owner);
  const shipTo = async (delivery: OpenDelivery, from: number, to: number) => {
    await delivery.ship(...web1, batch, accessEvents(from, to, namespace), signal);
    await delivery.save(...web1, { at: to }, signal);
  };
  const documentsOf = async (index: string) => {
    await client.indices.refresh({ index });
    const { hits } = await client.search<{ log?: { offset: number } }>({ index, size: 10_000 });
    return hits.hits;
  };
  const offsets = () => storedOffsets(client, data);
  /** Takes away the data from `from` on and, as the snapshot has it, puts the state back. */
  const restore = async (from: number, states: Awaited<ReturnType<typeof documentsOf>>) => {
    const newer = (await documentsOf(data)).filter(
      ({ _source }) => (_source?.log?.offset ?? 0) >= from * 100,
    );
    await client.bulk({
      operations: newer.map(({ _id, _index }) => ({ delete: { _id: _id ?? "", _index } })),
    });
    for (const { _id = "" } of await documentsOf(state))
      await client.delete({ index: state, id: _id });
    for (const { _id = "", _source } of states) {
      await client.index({ index: state, id: _id, document: _source });
    }
  };

  it("ships again what the hosts still hold and the cluster does not", async () => {
    await using first = open("a");
    await first.load(...web1, signal);
    await shipTo(first, 0, 300);
    const snapshot = await documentsOf(state);
    await shipTo(first, 300, 600);
    await restore(300, snapshot);

    await using second = open("b");
    assert.deepEqual(await second.load(...web1, signal), { at: 300 });
    await shipTo(second, 300, 900);
    assert.deepEqual(await offsets(), offsetsUpTo(900));
  });

  it("takes a shipper that went on all the while back to where the cluster is", async () => {
    await using running = open("a");
    await running.load(...web1, signal);
    await shipTo(running, 0, 300);
    const snapshot = await documentsOf(state);
    await shipTo(running, 300, 600);
    await restore(300, snapshot);
    // Its next save is refused, and so the pipeline opens the stream anew.
    await assert.rejects(shipTo(running, 600, 700), { code: "CHECKPOINT_TAKEN" });
    assert.deepEqual(await running.load(...web1, signal), { at: 300 });
    await shipTo(running, 300, 900);
    assert.deepEqual(await offsets(), offsetsUpTo(900));
  });

  it("finds what is stored in older indices when the state was not in the snapshot at all", async () => {
    await using first = open("a");
    await first.load(...web1, signal);
    await shipTo(first, 0, 300);
    await client.indices.rollover({ alias: data });
    await shipTo(first, 300, 600);
    await client.indices.rollover({ alias: data });
    await restore(450, []);

    await using second = open("b");
    assert.equal(await second.load(...web1, signal), undefined);
    await shipTo(second, 0, 900);
    assert.deepEqual(await offsets(), offsetsUpTo(900));
  });
});
