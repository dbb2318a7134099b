import assert from "node:assert/strict";
import { createClient } from "../../../src/es/client.ts";
import { offsetsUpTo, openDelivery, storedOffsets } from "../../helpers/delivery.ts";
import { elasticsearchUrl } from "../../helpers/elasticsearch.ts";
import { accessEvents } from "../../helpers/events.ts";
import { startFaultyProxy } from "../../helpers/faulty-proxy.ts";
import { openNamespace } from "../../helpers/own-namespace.ts";

const { signal } = new AbortController();
const web1 = ["web1", "/var/log/apache2/access.log"] as const;
const batch = { origin: "3w5e11264sgsf" };

describe("shipping to a stream that is rolled over", function () {
  this.timeout(180_000);

  it("sends nothing twice that lay behind the checkpoint", async () => {
    await using own = await openNamespace();
    const { client, namespace } = own;
    const index = `logs-apache.access-${namespace}`;
    await using first = openDelivery(client, namespace);
    await first.load(...web1, signal);
    await first.ship(...web1, batch, accessEvents(0, 300, namespace), signal);
    await first.save(...web1, { at: 300 }, signal);
    // These are stored, but the process ends before it has saved that.
    await first.ship(...web1, batch, accessEvents(300, 900, namespace), signal);
    await first.shipper[Symbol.asyncDispose]();
    await client.indices.rollover({ alias: index });

    await using second = openDelivery(client, namespace, "b");
    assert.deepEqual(await second.load(...web1, signal), { at: 300 });
    await second.ship(...web1, batch, accessEvents(300, 1500, namespace), signal);
    await second.save(...web1, { at: 1500 }, signal);
    assert.deepEqual(await storedOffsets(client, index), offsetsUpTo(1500));
    assert.equal(second.shipper.stats.existed, 600);
  });

  it("sends nothing twice that overtook the batch before it", async () => {
    await using own = await openNamespace();
    const { client, namespace } = own;
    const index = `logs-apache.access-${namespace}`;
    await using proxy = await startFaultyProxy(await elasticsearchUrl(), []);
    const behind = createClient({ url: proxy.url });
    await using first = openDelivery(behind, namespace, "a", { reach: 1 });
    await first.load(...web1, signal);
    const ship = (from: number, to: number, by = first) =>
      by.ship(...web1, batch, accessEvents(from, to, namespace), signal);
    await ship(0, 500);
    first.landed(...web1);
    await first.save(...web1, { at: 500 }, signal);
    let isStuck = true;
    proxy.faultOf = (body) =>
      isStuck && body.includes('"offset":50000}') ? { refuse: 429 } : undefined;
    const stuck = ship(500, 1000);
    await ship(1000, 1500);
    await client.indices.rollover({ alias: index });
    await ship(1500, 2000);
    isStuck = false;
    await stuck;
    first.landed(...web1);
    await first.save(...web1, { at: 1000 }, signal);
    // The process ends before it has saved more.
    await first.shipper[Symbol.asyncDispose]();
    await behind.close();

    await using second = openDelivery(client, namespace, "b");
    assert.deepEqual(await second.load(...web1, signal), { at: 1000 });
    await ship(1000, 2000, second);
    assert.deepEqual(await storedOffsets(client, index), offsetsUpTo(2000));
  });
});
