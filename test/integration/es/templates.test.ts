import assert from "node:assert/strict";
import type { Client } from "@elastic/elasticsearch";
import { checkPrecedence } from "../../../src/es/precedence.ts";
import { checkSetup, dataStreams, removeSetup, setup } from "../../../src/es/templates.ts";
import { silentLog } from "../../../src/lib/log.ts";
import { createShipper } from "../../../src/ship/shipper.ts";
import { accessEvents } from "../../helpers/events.ts";
import { randomNamespace, removeNamespace, testClient } from "../../helpers/elasticsearch.ts";

const { signal } = new AbortController();
const day = 86_400_000;

describe("setup", function () {
  this.timeout(180_000);
  let client: Client;
  const namespace = randomNamespace();
  const options = { namespace, retentionMs: 400 * day };
  before(async () => {
    client = await testClient();
  });
  after(async () => {
    await removeNamespace(client, namespace);
  });

  const backingOf = async (index: string) => {
    const { data_streams } = await client.indices.resolveIndex({ name: index });
    return [data_streams[0]?.backing_indices].flat()[0] ?? "";
  };

  it("says what it would do and does nothing when run dry", async () => {
    const changes = await setup(client, { ...options, dryRun: true }, signal);
    assert.equal(changes.length, 8);
    assert.ok(changes.every(({ action }) => action === "create"));
    await assert.rejects(checkSetup(client, namespace, signal), { code: "ES_NOT_SET_UP" });
  });

  it("installs everything at the first call and nothing at the second", async () => {
    assert.equal((await setup(client, options, signal)).length, 8);
    assert.deepEqual(await setup(client, options, signal), []);
    await checkSetup(client, namespace, signal);
  });

  it("gives events their types, and text that it does not know a keyword", async () => {
    const index = `logs-apache.access-${namespace}`;
    await client.create({
      index,
      id: "1",
      document: {
        "@timestamp": "2026-11-22T10:00:00.000Z",
        message: "hello",
        event: { original: "x".repeat(100_000), dataset: "apache.access" },
        data_stream: { type: "logs", dataset: "apache.access", namespace },
        source: { ip: "::1", geo: { location: { lat: 1, lon: 2 } } },
        http: { response: { status_code: 404 } },
        url: { path: "/" },
        labels: { a: "1", "a.b": "2" },
        winlog: { event_data: { TargetUserName: "x" } },
        leafwatch: { delay_ms: 1 },
        strange: { new: "text" },
      },
    });
    const [mapping] = Object.values(await client.indices.getMapping({ index }));
    const typeAt = (path: string) =>
      path.split(".").reduce<{ properties?: object; type?: string } | undefined>(
        // Walks JSON whose shape only the server knows.
        (node, key) => (node?.properties as Record<string, object> | undefined)?.[key],
        mapping?.mappings as object,
      )?.type;
    assert.equal(typeAt("source.ip"), "ip");
    assert.equal(typeAt("source.geo.location"), "geo_point");
    assert.equal(typeAt("http.response.status_code"), "long");
    assert.equal(typeAt("labels"), "flattened");
    assert.equal(typeAt("winlog.event_data.TargetUserName"), "keyword");
    assert.equal(typeAt("strange.new"), "keyword");
    assert.deepEqual(await dataStreams(client, namespace, signal), [index]);
  });

  it("keeps a malformed value and a flood of fields from refusing an event", async () => {
    const index = `logs-json-${namespace}`;
    const flood = Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [`field${n}`, "x"]));
    const result = await client.create({
      index,
      id: "1",
      document: {
        "@timestamp": "2026-11-22T10:00:00.000Z",
        source: { ip: "not an address" },
        http: { response: { status_code: "teapot" } },
        flood,
      },
    });
    assert.equal(result.result, "created");
  });

  it("keeps the fields of events that its own fields flood, Windows' among them", async () => {
    const index = `logs-windows.security-${namespace}`;
    const document = (n: number, names: number) => ({
      "@timestamp": "2026-11-22T10:00:00.000Z",
      winlog: {
        event_id: "4625",
        event_data: Object.fromEntries(
          Array.from({ length: names }, (_, i) => [`Field${n}x${i}`, "value"]),
        ),
      },
      host: { name: `host${n}` },
      user: { name: "anna" },
    });
    for (let n = 0; n < 5; n++) {
      await client.create({ index, id: String(n), document: document(n, 600) });
    }
    await client.create({ index, id: "last", document: document(5, 3), refresh: true });
    const { count } = await client.count({
      index,
      query: {
        bool: { filter: [{ term: { "host.name": "host5" } }, { term: { "user.name": "anna" } }] },
      },
    });
    assert.equal(count, 1);
    const { fields } = await client.fieldCaps({ index, fields: "winlog.event_data.*" });
    assert.ok(Object.keys(fields).length < 2000);
    const { _source } = await client.get<{ winlog: { event_data: object } }>({
      index: await backingOf(index),
      id: "4",
    });
    assert.equal(Object.keys(_source?.winlog.event_data ?? {}).length, 600);
  });

  it("stores events as logsdb where that is asked for and there, each once", async function () {
    const own = randomNamespace();
    const index = `logs-apache.access-${own}`;
    await setup(client, { ...options, namespace: own, logsdb: true }, signal);
    await using shipper = createShipper({ client, namespace: own, log: silentLog });
    for (let time = 0; time < 2; time++) {
      await shipper.ship({ origin: "3w5e11264sgsf" }, accessEvents(0, 50, own), signal);
    }
    const settings = await client.indices.getSettings({ index });
    const [mode] = Object.values(settings).map((one) => one.settings?.index?.mode);
    assert.equal(mode, "logsdb");
    await client.indices.refresh({ index });
    assert.equal((await client.count({ index })).count, 50);
    assert.equal(shipper.stats.existed, 50);
    assert.deepEqual(await setup(client, { ...options, namespace: own, logsdb: true }, signal), []);
    // And back: the next index is an ordinary one.
    const changes = await setup(client, { ...options, namespace: own }, signal);
    assert.ok(changes.some(({ action, name }) => action === "roll over" && name === index));
    await removeNamespace(client, own);
  });

  it("rolls a live stream over when its mapping changes, and only then", async () => {
    const index = `logs-apache.access-${namespace}`;
    const custom = `leafwatch-${namespace}@settings`;
    const before = (await client.indices.resolveIndex({ name: index })).data_streams[0];
    await client.cluster.putComponentTemplate({
      name: custom,
      template: { settings: { "index.codec": "default" } },
    });
    const changes = await setup(client, options, signal);
    assert.deepEqual(
      changes.map(({ action, name }) => `${action} ${name}`),
      [
        `update ${custom}`,
        ...["apache.access", "json", "windows.security"].map(
          (dataset) => `roll over logs-${dataset}-${namespace}`,
        ),
      ],
    );
    assert.ok(
      changes[0]?.differences.some(
        ({ path, from, to }) =>
          path.endsWith("codec") && from === "default" && to === "best_compression",
      ),
    );
    const after = (await client.indices.resolveIndex({ name: index })).data_streams[0];
    assert.equal(
      [before?.backing_indices].flat().length + 1,
      [after?.backing_indices].flat().length,
    );
    assert.deepEqual(await setup(client, options, signal), []);
  });

  it("changes the retention without touching what is stored", async () => {
    const changes = await setup(client, { namespace, retentionMs: 30 * day }, signal);
    assert.deepEqual(changes[0]?.differences, [
      { path: "template.lifecycle.data_retention", from: "400d", to: "30d" },
    ]);
    assert.ok(changes.every(({ action }) => action !== "roll over"));
    await setup(client, options, signal);
  });

  it("names a template of somebody else that claims the same streams", async () => {
    const own = randomNamespace();
    const name = `foreign-${own}`;
    const index_patterns = [`logs-*-${own}`];
    await client.indices.putIndexTemplate({ name, index_patterns, priority: 500, data_stream: {} });
    try {
      await assert.rejects(setup(client, { namespace: own, retentionMs: 86_400_000 }, signal), {
        code: "ES_REFUSED",
        message: new RegExp(name),
        hint: /claims the same streams/,
      });
    } finally {
      await client.indices.deleteIndexTemplate({ name });
      await removeNamespace(client, own);
    }
  });

  it("names a template of somebody else that would win over ours, or would not", async () => {
    const own = randomNamespace();
    const name = `foreign-${own}`;
    const claim = (pattern: string, priority: number) =>
      client.indices.putIndexTemplate({
        name,
        index_patterns: [pattern],
        priority,
        data_stream: {},
      });
    const check = () => checkPrecedence(client, own, ["apache.access", "system.auth"], signal);
    await setup(client, { namespace: own, retentionMs: day }, signal);
    try {
      await check();
      await claim(`logs-apache*-${own}`, 499);
      await check();
      await claim(`logs-nginx.*-${own}`, 600);
      await check();
      await claim(`logs-apache*-${own}`, 600);
      await assert.rejects(check(), {
        code: "ES_TEMPLATE_SHADOWED",
        message: `index template ${name} (priority 600) wins over Leafwatch's for logs-apache.access-${own}`,
      });
    } finally {
      await client.indices.deleteIndexTemplate({ name });
      await removeNamespace(client, own);
    }
  });

  it("removes what no stream needs and never data", async () => {
    await client.indices.refresh({ index: `logs-*-${namespace}` });
    const changes = await removeSetup(client, options, signal);
    assert.equal(changes.length, 8);
    assert.ok(
      changes.some(
        ({ name, action }) => name.startsWith("leafwatch-state-") && action === "remove",
      ),
    );
    const { count } = await client.count({ index: `logs-*-${namespace}` });
    assert.equal(count, 8);
  });

  it("removes all of it where there is no data", async () => {
    const empty = { ...options, namespace: randomNamespace() };
    await setup(client, empty, signal);
    const changes = await removeSetup(client, empty, signal);
    assert.equal(changes.filter(({ action }) => action === "remove").length, 8);
    assert.deepEqual(await removeSetup(client, empty, signal), []);
  });
});
