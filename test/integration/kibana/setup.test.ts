import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "@elastic/elasticsearch";
import { stringify } from "yaml";
import { boards, bundle } from "../../../scripts/dashboards/bundle.ts";
import { createLeafwatch } from "../../../scripts/demo/leafwatch.ts";
import { openContext } from "../../../src/commands/context.ts";
import { kibanaLinks } from "../../../src/commands/outbox.ts";
import { importRecordStore } from "../../../src/commands/setup.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { makeCertificate } from "../../helpers/certificates.ts";
import {
  elasticsearchUrl,
  randomNamespace,
  removeNamespace,
  testClient,
} from "../../helpers/elasticsearch.ts";
import { playKibana, type PlayKibana } from "../../helpers/play-kibana.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const total = bundle().length;

/* The command itself, with the real Elasticsearch and a play Kibana. */
describe("leafwatch setup", function () {
  this.timeout(120_000);
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let client: Client;
  let namespace: string;
  let signal: AbortSignal;
  const leafwatch = createLeafwatch(() => undefined);

  beforeEach(async () => {
    signal = AbortSignal.timeout(100_000);
    folder = await temporaryFolder();
    client = await testClient();
    namespace = randomNamespace();
  });

  afterEach(async () => {
    await removeNamespace(client, namespace);
    await client.close();
    await folder[Symbol.asyncDispose]();
  });

  /** Writes the config and gives its path. */
  const configFor = async (kibana: Pick<PlayKibana, "url">, more: object = {}) => {
    const path = join(folder.path, "leafwatch.yml");
    const config = {
      namespace,
      elasticsearch: { url: await elasticsearchUrl() },
      kibana: { url: kibana.url, ...more },
      hosts: [{ name: "web1", address: "127.0.0.1", logs: [{ format: "json", path: "/x.log" }] }],
    };
    await writeFile(path, stringify(config));
    return path;
  };
  const run = (config: string, ...options: string[]) =>
    leafwatch.run(["setup", "--config", config, ...options], signal);
  const hasTemplates = () =>
    client.indices.existsIndexTemplate({ name: `leafwatch-logs-${namespace}` });
  const refused = async (config: string, ...options: string[]) => {
    let error: unknown;
    await run(config, ...options).catch((thrown: unknown) => (error = thrown));
    assert.ok(error instanceof AppError, String(error));
    return error;
  };

  it("makes the space, brings everything into it with an API key, and changes nothing again", async () => {
    await using kibana = await playKibana({ authorization: ["ApiKey k3y"] });
    const config = await configFor(kibana, { space: "ops", api_key: "k3y" });
    const first = await run(config);
    assert.match(first, /Kibana: create space ops/);
    for (const { id, title } of boards) {
      assert.ok(first.includes(`create dashboard ${id} "[Leafwatch] ${title}"`), first);
    }
    assert.equal(kibana.objects("ops").size, total);
    const view = kibana.objects("ops").get("index-pattern:leafwatch-logs");
    assert.equal(view?.attributes["title"], `logs-*-${namespace}`);
    const { writes } = kibana;
    assert.match(await run(config), /Elasticsearch: nothing to change\nKibana: nothing to change/);
    assert.equal(kibana.writes, writes);
  });

  it("logs in as a user over TLS that the config's authority vouches for", async () => {
    const { caFile, key, cert } = await makeCertificate(folder.path);
    const authorization = [`Basic ${Buffer.from("elastic:s3cret").toString("base64")}`];
    const tls = { key: key.toString(), cert: cert.toString() };
    await using kibana = await playKibana({ authorization, tls });
    const login = { username: "elastic", password: "s3cret" };
    await run(await configFor(kibana, { ...login, ca: caFile }));
    assert.equal(kibana.objects().size, total);
    assert.equal((await refused(await configFor(kibana, login))).code, "KIBANA_TLS");
  });

  it("keeps what a user changed and says so, until --overwrite", async () => {
    await using kibana = await playKibana();
    const config = await configFor(kibana);
    await run(config);
    kibana.edit("dashboard:leafwatch-web", { title: "Our web" });
    assert.match(await run(config), /keep dashboard leafwatch-web .*--overwrite/);
    assert.equal(titleOf(kibana, "dashboard:leafwatch-web"), "Our web");
    assert.match(await run(config, "--overwrite"), /update dashboard leafwatch-web/);
    assert.equal(titleOf(kibana, "dashboard:leafwatch-web"), "[Leafwatch] Web");
  });

  it("removes by id what an older version brought and this one has no more", async () => {
    await using kibana = await playKibana();
    const config = await configFor(kibana);
    await run(config);
    const old = { type: "search", id: "leafwatch-search-old" };
    const stamp = "2026-11-01T00:00:00.000Z";
    kibana.objects().set(`${old.type}:${old.id}`, {
      ...old,
      attributes: { title: "Old" },
      references: [],
      updated_at: stamp,
    });
    const records = importRecordStore(client, namespace, "default");
    const record = await records.load(signal);
    assert.ok(record);
    const entry = { ...old, installed_as: old.id, described: "x", stored: "x", updated_at: stamp };
    await records.save({ objects: [...record.objects, entry] }, signal);
    assert.match(await run(config), /remove search leafwatch-search-old "Old"/);
    assert.equal(kibana.objects().size, total);
  });

  it("changes nothing with --dry-run, neither here nor there, and says what it would do", async () => {
    await using kibana = await playKibana();
    const config = await configFor(kibana, { space: "ops" });
    const said = await run(config, "--dry-run");
    assert.match(said, /Elasticsearch: would create/);
    assert.match(said, /Kibana: would create space ops/);
    assert.match(said, /Kibana: would create dashboard leafwatch-overview/);
    assert.equal(kibana.writes, 0);
    assert.equal(await hasTemplates(), false);
  });

  it("takes success: false for an error with each object's reason; the templates stand", async () => {
    const errors = boards.map(({ id }) => ({
      type: "dashboard",
      id,
      error: { type: "unknown", message: `no room for ${id}` },
    }));
    await using kibana = await playKibana({
      answer: ({ path }) =>
        path.endsWith("_import")
          ? { status: 200, body: JSON.stringify({ success: false, successCount: 2, errors }) }
          : undefined,
    });
    const error = await refused(await configFor(kibana));
    assert.equal(error.code, "KIBANA_IMPORT_FAILED");
    for (const { id } of boards) assert.match(error.message, new RegExp(`no room for ${id}`));
    assert.equal(await hasTemplates(), true);
  });

  it("does the rest and says so where Kibana is down or still starting", async () => {
    await using gone = await playKibana();
    const config = await configFor(gone);
    await gone[Symbol.asyncDispose]();
    const down = await refused(config);
    assert.equal(down.code, "KIBANA_UNREACHABLE");
    assert.match(down.hint, /everything but the dashboards works without it/);
    assert.equal(await hasTemplates(), true);
    const answer = () => ({ status: 503, body: "Kibana server is not ready yet" });
    await using starting = await playKibana({ answer });
    assert.equal((await refused(await configFor(starting))).code, "KIBANA_NOT_READY");
  });

  it("removes its objects and templates with --remove, and leaves what is a user's", async () => {
    await using kibana = await playKibana();
    const config = await configFor(kibana);
    await run(config);
    const mine = { type: "dashboard", id: "mine", attributes: { title: "Mine" }, references: [] };
    kibana.objects().set("dashboard:mine", mine);
    assert.match(await run(config, "--remove"), /remove dashboard leafwatch-web/);
    assert.deepEqual([...kibana.objects().keys()], ["dashboard:mine"]);
    assert.equal(await hasTemplates(), false);
    assert.match(await run(config, "--remove"), /Kibana: nothing to remove/);
  });

  it("is followed by links into the space, by the ids that the objects have there", async () => {
    await using kibana = await playKibana();
    // Another space has our ids already: so Kibana gives new ones in this.
    await run(await configFor(kibana));
    const config = await configFor(kibana, {
      space: "ops",
      public_url: "https://siem.example.org",
    });
    await run(config);
    const io = { err: () => undefined, terminal: false, signal };
    // A cast: the rest of the command line's world plays no part.
    await using context = await openContext({ config }, io as never);
    const links = await kibanaLinks(context, signal);
    const view = { from: new Date("2026-11-16"), to: new Date("2026-11-23") };
    const url = links?.dashboard("leafwatch-logins", view) ?? "";
    const [, id = ""] = /\/s\/ops\/app\/dashboards#\/view\/([^?]+)/.exec(url) ?? [];
    assert.notEqual(id, "leafwatch-logins");
    assert.ok(url.startsWith("https://siem.example.org/s/ops/"), url);
    assert.equal(titleOf(kibana, `dashboard:${id}`, "ops"), "[Leafwatch] Logins");
  });
});

function titleOf(kibana: PlayKibana, key: string, space?: string): unknown {
  return kibana.objects(space).get(key)?.attributes["title"];
}
