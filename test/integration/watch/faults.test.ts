import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Client } from "@elastic/elasticsearch";
import { elasticsearchUrl } from "../../helpers/elasticsearch.ts";
import { at, createWorld, failure, rulesOf, type World } from "./world.ts";

const rule = `
rules:
  - id: brute
    match: { event.category: authentication, event.outcome: failure }
    group_by: [source.ip]
    within: 5m
    count: { gte: 3 }
`;
const signal = new AbortController().signal;
const minute = 60_000;
const burst = [0, 1, 2].map((n) => failure(n * 1000, "203.0.113.5"));

/** What the server is made to answer to a search instead of its own answer. */
type Fault = "hang" | { status: number; body: unknown } | undefined;

/** Hands everything on to the real server, but for searches while a fault is set. */
async function faultyServer(
  target: string,
): Promise<{ url: string; set(fault: Fault): void; server: Server }> {
  let fault: Fault;
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      if (
        fault !== undefined &&
        request.url?.includes("/_search") &&
        request.url.includes("/logs-")
      ) {
        if (fault === "hang") return;
        response.writeHead(fault.status, {
          "content-type": "application/json",
          "x-elastic-product": "Elasticsearch",
        });
        response.end(JSON.stringify(fault.body));
        return;
      }
      const { host: _, "content-length": __, connection: ___, ...headers } = request.headers;
      const method = request.method ?? "GET";
      const answer = await fetch(new URL(request.url ?? "/", target), {
        method,
        headers: headers as Record<string, string>,
        ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
      });
      response.writeHead(answer.status, {
        "content-type": answer.headers.get("content-type") ?? "application/json",
        "x-elastic-product": "Elasticsearch",
      });
      response.end(Buffer.from(await answer.arrayBuffer()));
    })().catch((error: unknown) => response.destroy(error as Error));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    server,
    set: (next) => {
      fault = next;
    },
  };
}

const partial = (shards: object, timed_out = false) => ({
  status: 200,
  body: { took: 1, timed_out, _shards: shards, hits: { hits: [] }, aggregations: {} },
});

describe("watch: a search that fails is never no hits", function () {
  this.timeout(120_000);
  let world: World;
  let faulty: Awaited<ReturnType<typeof faultyServer>>;
  let client: Client;
  beforeEach(async () => {
    world = await createWorld();
    faulty = await faultyServer(await elasticsearchUrl());
    client = new Client({ node: faulty.url, requestTimeout: 20_000, maxRetries: 0 });
  });
  afterEach(async () => {
    await client.close();
    faulty.server.closeAllConnections();
    faulty.server.close();
    await world[Symbol.asyncDispose]();
  });

  const faults: { title: string; fault: Fault; code: string; requestTimeout?: number }[] = [
    {
      title: "a failed shard",
      fault: partial({ total: 2, successful: 1, failed: 1 }),
      code: "SEARCH_PARTIAL",
    },
    {
      title: "a search that timed out",
      fault: partial({ total: 1, successful: 1, failed: 0 }, true),
      code: "SEARCH_PARTIAL",
    },
    {
      title: "429",
      fault: {
        status: 429,
        body: { error: { type: "es_rejected_execution_exception", reason: "full" }, status: 429 },
      },
      code: "ES_BUSY",
    },
    {
      title: "503",
      fault: {
        status: 503,
        body: {
          error: { type: "search_phase_execution_exception", reason: "all shards failed" },
          status: 503,
        },
      },
      code: "ES_BUSY",
    },
    { title: "no answer", fault: "hang", code: "ES_TIMEOUT" },
  ];
  for (const { title, fault, code } of faults) {
    it(`keeps the cursor at ${title}, and finds everything afterwards`, async () => {
      const rules = await rulesOf(rule);
      const watcher = world.watcher(rules, { client });
      await watcher.pass(at(-10 * minute), signal);
      await world.write(burst);
      if (fault === "hang") {
        await client.close();
        client = new Client({ node: faulty.url, requestTimeout: 1500, maxRetries: 0 });
      }
      const hurt = world.watcher(rules, { client });
      faulty.set(fault);
      const failed = await hurt.pass(at(5 * minute), signal);
      assert.equal(failed.failed[0]?.error.code, code);
      assert.equal(failed.judgedUntil.get("brute"), at(-11 * minute).getTime());
      assert.deepEqual(await world.alerts(), []);
      faulty.set(undefined);
      const mended = await world.watcher(rules).pass(at(6 * minute), signal);
      assert.deepEqual(mended.failed, []);
      assert.equal((await world.alerts()).length, 1);
    });
  }

  it("reports a real shard that cannot answer", async () => {
    const { namespace } = world;
    await world.client.cluster.putComponentTemplate({
      name: `leafwatch-${namespace}@custom`,
      template: { mappings: { properties: { source: { properties: { ip: { type: "text" } } } } } },
    });
    await world.write(burst);
    const result = await world.watcher(await rulesOf(rule)).pass(at(5 * minute), signal);
    assert.equal(result.failed.length, 1);
    assert.deepEqual(await world.alerts(), []);
  });
});
