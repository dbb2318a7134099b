import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Client } from "@elastic/elasticsearch";
import { showStored } from "../../../src/commands/shipping.ts";
import { configSchema } from "../../../src/config/schema.ts";
import { createApiKeys } from "../../../src/es/api-keys.ts";
import { createClient } from "../../../src/es/client.ts";
import { createDocuments } from "../../../src/es/documents.ts";
import { startElasticsearch, type LocalElasticsearch } from "../../../src/es/local.ts";
import { roleDescriptors, type RoleName } from "../../../src/es/privileges.ts";
import { storedStreams } from "../../../src/es/storage.ts";
import { checkSetup, setup } from "../../../src/es/templates.ts";
import { createLog, silentLog } from "../../../src/lib/log.ts";
import { createCheckpoints } from "../../../src/ship/checkpoints.ts";
import { createDelivery } from "../../../src/ship/delivery.ts";
import { createLeases, type Lease } from "../../../src/ship/leases.ts";
import { createShipper } from "../../../src/ship/shipper.ts";
import { accessEvents } from "../../helpers/events.ts";

const { signal } = new AbortController();
const namespace = "rights";
const password = "correct horse battery staple";
const names: readonly RoleName[] = ["setup", "shipper", "watcher", "reporter", "analyst"];

/** The official server with security on, TLS, and one user for each role: started by this file, on any machine. */
describe("rights", function () {
  this.timeout(300_000);
  let server: LocalElasticsearch;
  let folder: string;
  let ca: string;
  const as = (username: string, options: object = {}) =>
    createClient({ url: server.url, username, password, ca, ...options });

  before(async function () {
    folder = await mkdtemp(join(tmpdir(), "leafwatch-tls-"));
    ca = join(folder, "ca.crt");
    const key = join(folder, "ca.key");
    const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
    const certificate = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject];
    try {
      await promisify(execFile)("openssl", [...certificate, "-keyout", key, "-out", ca]);
    } catch {
      this.skip(); // no openssl
    }
    server = await startElasticsearch(
      {
        security: {
          users: [
            ...names.map((name) => ({ name, password, roles: [name] })),
            { name: "admin", password, roles: ["superuser"] },
          ],
          roles: { ...roleDescriptors(namespace) },
          tls: { key: await readFile(key, "utf8"), certificate: await readFile(ca, "utf8") },
        },
      },
      AbortSignal.timeout(240_000),
    );
    // TLS is up before the security index is.
    const admin = as("admin");
    await admin.cluster.health({ wait_for_status: "yellow", timeout: "60s" });
    await admin.close();
  });
  after(async () => {
    await (server as LocalElasticsearch | undefined)?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const stream = `logs-apache.access-${namespace}`;
  const denied = { statusCode: 403 };

  it("lets setup install the templates, look at storage and nothing else", async () => {
    const client = as("setup");
    assert.ok((await setup(client, { namespace, retentionMs: 86_400_000 }, signal)).length > 0);
    assert.deepEqual(await setup(client, { namespace, retentionMs: 86_400_000 }, signal), []);
    await assert.rejects(client.search({ index: stream }), denied);
    await client.close();
  });

  it("lets the shipper create events and keep its state, but read back, change and delete nothing else", async () => {
    const client = as("shipper");
    await checkSetup(client, namespace, signal);
    const shipper = createShipper({ client, namespace, log: silentLog });
    const checkpoints = createCheckpoints<{ at: number }>(client, namespace, "a");
    const delivery = createDelivery(shipper, checkpoints);
    await delivery.load("web1", "/x", signal);
    const events = accessEvents(0, 20, namespace);
    Object.assign(events[19]?.event ?? {}, { http: { response: { status_code: { odd: 1 } } } });
    await delivery.ship("web1", "/x", { origin: "abc" }, events, signal);
    await delivery.save("web1", "/x", { at: 1 }, signal);
    assert.equal(shipper.stats.stored, 19);
    assert.equal(shipper.stats.deadLettered, 1);

    const stop = new AbortController();
    const leases = createLeases({
      documents: createDocuments<Lease>(client, `leafwatch-leases-${namespace}`),
      owner: "a",
      hosts: ["web1"],
      log: silentLog,
    });
    await leases.run(async () => {
      stop.abort();
    }, stop.signal);
    await shipper[Symbol.asyncDispose]();

    const said: string[] = [];
    const log = createLog("info", true, (text) => said.push(text));
    const config = configSchema.parse({ namespace, elasticsearch: { url: server.url } });
    const contextOf = (of: Client) => ({
      ...{ config, client: of, log },
      [Symbol.asyncDispose]: () => of.close(),
    });
    await showStored(contextOf(client), signal);
    assert.deepEqual(said, []);
    await using analyst = contextOf(as("analyst"));
    await showStored(analyst, signal);
    assert.match(said.join(), /within a few seconds/);
    await assert.rejects(client.indices.forcemerge({ index: stream }), denied);
    const backing = (await client.indices.resolveIndex({ name: stream })).data_streams[0];
    const index = [backing?.backing_indices].flat()[0] ?? "";
    const id = (await client.search({ index: stream })).hits.hits[0]?._id ?? "";
    await assert.rejects(client.delete({ index, id }), denied);
    await assert.rejects(
      client.index({ index, id, if_seq_no: 0, if_primary_term: 1, document: {} }),
      denied,
    );
    await assert.rejects(client.indices.delete({ index }), denied);
    await assert.rejects(
      client.index({ index: `leafwatch-alerts-${namespace}`, document: {} }),
      denied,
    );
    await assert.rejects(client.cluster.putComponentTemplate({ name: "x", template: {} }), denied);
    await assert.rejects(client.search({ index: "logs-x-other" }), denied);
    await client.close();
  });

  it("lets the watcher read events and keep alerts, but write no event", async () => {
    const client = as("watcher");
    assert.ok((await client.search({ index: `logs-*-${namespace}` })).hits.hits.length > 0);
    const alerts = createDocuments<{ n: number }>(client, `leafwatch-alerts-${namespace}`);
    assert.ok(await alerts.create("a", { n: 1 }, signal));
    assert.equal((await alerts.list({}, signal)).length, 1);
    await client.create({
      index: `logs-leafwatch.alert-${namespace}`,
      id: "1",
      document: { "@timestamp": "2026-11-22T10:00:00.000Z" },
    });
    await assert.rejects(
      client.create({
        index: stream,
        id: "x",
        document: { "@timestamp": "2026-11-22T10:00:00.000Z" },
      }),
      denied,
    );
    await client.close();
  });

  it("lets the reporter and the analyst read only", async () => {
    for (const name of ["reporter", "analyst"] as const) {
      const client = as(name);
      assert.ok((await client.search({ index: `logs-*-${namespace}` })).hits.hits.length > 0);
      const write = () =>
        client.index({ index: `leafwatch-alerts-${namespace}`, id: "a", document: { n: 2 } });
      await assert.rejects(write(), denied);
      await client.close();
    }
    const reporter = as("reporter");
    const streams = await storedStreams(reporter, namespace, signal).catch(
      (error: unknown) => error,
    );
    assert.ok(Array.isArray(streams), String(streams));
    await reporter.close();
  });

  it("names wrong credentials, a certificate it does not know and one that it does", async () => {
    const wrong = as("shipper", { password: "wrong" });
    await assert.rejects(checkSetup(wrong, namespace, signal), { code: "ES_UNAUTHORIZED" });
    await wrong.close();
    const stranger = createClient({ url: server.url, username: "shipper", password });
    await assert.rejects(checkSetup(stranger, namespace, signal), { code: "ES_TLS" });
    await stranger.close();
    const openssl = ["x509", "-in", ca, "-noout", "-fingerprint", "-sha256"];
    const { stdout } = await promisify(execFile)("openssl", openssl);
    const fingerprint = stdout.trim().split("=")[1] ?? "";
    const pinned = createClient({
      url: server.url,
      username: "shipper",
      password,
      ca_fingerprint: fingerprint,
    });
    await checkSetup(pinned, namespace, signal);
    await pinned.close();
    const other = createClient({
      url: server.url,
      username: "shipper",
      password,
      ca_fingerprint: fingerprint.replace(/^../, (digits) => (digits === "00" ? "01" : "00")),
    });
    await assert.rejects(checkSetup(other, namespace, signal), { code: "ES_TLS" });
    await other.close();
  });

  it("says so where the cluster makes no API keys", async () => {
    const admin = as("admin");
    await assert.rejects(createApiKeys(admin, namespace, signal), { code: "ES_NO_API_KEYS" });
    await admin.close();
  });
});
