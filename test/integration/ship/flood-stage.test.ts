import assert from "node:assert/strict";
import { Client } from "@elastic/elasticsearch";
import { startElasticsearch } from "../../../src/es/local.ts";
import { setup } from "../../../src/es/templates.ts";
import { silentLog } from "../../../src/lib/log.ts";
import { createShipper } from "../../../src/ship/shipper.ts";
import { elasticsearchUrl, randomNamespace, removeNamespace } from "../../helpers/elasticsearch.ts";
import { accessEvents } from "../../helpers/events.ts";
import { until } from "../../helpers/poll.ts";

const { signal } = new AbortController();
const batch = { origin: "3w5e11264sgsf" };
const patienceMs = 90_000;

/** What every disk lacks: so each is past its flood stage. */
const nobodyHas = "1000tb";
const watermarks = (free: string | null) => ({
  "cluster.routing.allocation.disk.threshold_enabled": free === null ? null : true,
  "cluster.routing.allocation.disk.watermark.low": free,
  "cluster.routing.allocation.disk.watermark.high": free,
  "cluster.routing.allocation.disk.watermark.flood_stage": free,
  // The shortest that the server allows; so often it looks at its disks.
  "cluster.info.update.interval": free === null ? null : "10s",
});

describe("a disk past the flood stage", function () {
  this.timeout(360_000);

  it("makes shipping wait until the server lifts its block, and nothing is lost", async () => {
    // A server that others use at the same time must not be blocked: then one of our own.
    await using own = process.env["ELASTICSEARCH_URL"]
      ? await startElasticsearch({}, AbortSignal.timeout(180_000))
      : undefined;
    const client = new Client({ node: own?.url ?? (await elasticsearchUrl()) });
    const namespace = randomNamespace();
    const index = `logs-apache.access-${namespace}`;
    await setup(client, { namespace, retentionMs: 86_400_000 }, signal);
    await using shipper = createShipper({ client, namespace, log: silentLog });
    const settings = async () =>
      Object.values(await client.indices.getSettings({ index })).map(
        (one) => one.settings?.index?.blocks?.read_only_allow_delete,
      );
    try {
      await shipper.ship(batch, accessEvents(0, 100, namespace), signal);
      await client.cluster.putSettings({ persistent: watermarks(nobodyHas) });
      await until("the server blocks", async () => String(await settings()) === "true", patienceMs);
      const shipped = shipper.ship(batch, accessEvents(100, 200, namespace), signal);
      const reason = await until("the shipper waits", () => shipper.stats.waitingFor, patienceMs);
      assert.match(reason, /flood.stage|read-only/);
      await client.cluster.putSettings({ persistent: watermarks("1b") });
      await shipped;
      assert.equal(shipper.stats.stored, 200);
      assert.equal(shipper.stats.deadLettered, 0);
    } finally {
      await client.cluster.putSettings({ persistent: watermarks(null) });
      if (!own) await removeNamespace(client, namespace);
      await client.close();
    }
  });
});
