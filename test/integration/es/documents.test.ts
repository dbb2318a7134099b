import assert from "node:assert/strict";
import { setMaxListeners } from "node:events";
import type { Client } from "@elastic/elasticsearch";
import { createDocuments, type Documents } from "../../../src/es/documents.ts";
import { randomNamespace, removeNamespace, testClient } from "../../helpers/elasticsearch.ts";
import { createMemoryDocuments } from "../../helpers/memory-documents.ts";

interface Row {
  state: string;
  n: number;
  at?: string;
  nested?: { name: string };
}

const { signal } = new AbortController();
// Many of the calls below race one another.
setMaxListeners(0, signal);
const namespace = randomNamespace();
let client: Client;

const kinds: Record<string, () => Documents<Row>> = {
  "in Elasticsearch": () => createDocuments<Row>(client, `leafwatch-rows-${namespace}`),
  "in memory": () => createMemoryDocuments<Row>(),
};

describe("documents", function () {
  this.timeout(120_000);
  before(async () => {
    client = await testClient();
    await client.indices.create({
      index: `leafwatch-rows-${namespace}`,
      settings: { number_of_shards: 1, number_of_replicas: 0 },
      mappings: {
        dynamic_templates: [
          { text: { match_mapping_type: "string", mapping: { type: "keyword" } } },
        ],
      },
    });
  });
  after(async () => {
    await removeNamespace(client, namespace);
  });

  for (const [where, make] of Object.entries(kinds)) {
    describe(where, () => {
      let rows: Documents<Row>;
      before(() => {
        rows = make();
      });

      it("creates once and gives back what it stored", async () => {
        const made = await rows.create("one", { state: "new", n: 1 }, signal);
        assert.deepEqual(made?.doc, { state: "new", n: 1 });
        assert.equal(await rows.create("one", { state: "other", n: 2 }, signal), undefined);
        assert.deepEqual((await rows.get("one", signal))?.doc, { state: "new", n: 1 });
        assert.equal(await rows.get("nobody", signal), undefined);
      });

      it("writes over the state that was seen, and over no other", async () => {
        const seen = await rows.create("two", { state: "new", n: 1 }, signal);
        assert.ok(seen);
        const newer = await rows.replace(seen, { state: "mine", n: 2 }, signal);
        assert.ok(newer);
        assert.equal(await rows.replace(seen, { state: "late", n: 3 }, signal), undefined);
        assert.equal(await rows.remove(seen, signal), false);
        assert.ok(await rows.replace(newer, { state: "mine", n: 3 }, signal));
        assert.equal((await rows.get("two", signal))?.doc.n, 3);
      });

      it("loses no change when many edit at once", async () => {
        await rows.create("three", { state: "new", n: 0 }, signal);
        const add = (doc: Row) => ({ ...doc, n: doc.n + 1 });
        await Promise.all(Array.from({ length: 12 }, () => rows.change("three", add, signal)));
        assert.equal((await rows.get("three", signal))?.doc.n, 12);
        const same = await rows.change("three", () => undefined, signal);
        assert.equal(same?.doc.n, 12);
        assert.equal(await rows.change("nobody", add, signal), undefined);
      });

      it("removes exactly what was seen", async () => {
        const seen = await rows.create("four", { state: "new", n: 0 }, signal);
        assert.ok(seen);
        assert.equal(await rows.remove(seen, signal), true);
        assert.equal(await rows.get("four", signal), undefined);
        assert.equal(await rows.remove(seen, signal), false);
      });

      it("lists what matches, the newest writes among it, in the order that was asked for", async () => {
        const make = (n: number) => ({
          state: n % 2 ? "odd" : "even",
          n,
          at: `2026-11-${String(10 + n)}T00:00:00.000Z`,
          nested: { name: `name${n % 3}` },
        });
        for (let n = 0; n < 9; n++) await rows.create(`list${n}`, make(n), signal);
        const ids = async (...[query]: Parameters<typeof rows.list>) =>
          (await rows.list(query, signal)).map(({ id }) => id);
        assert.deepEqual(await ids({ where: { state: ["odd"] } }, signal), [
          "list1",
          "list3",
          "list5",
          "list7",
        ]);
        assert.deepEqual(
          await ids({ where: { "nested.name": ["name0", "name1"], state: ["even"] } }, signal),
          ["list0", "list4", "list6"],
        );
        assert.deepEqual(
          await ids(
            {
              range: { at: { gte: "2026-11-12T00:00:00.000Z", lt: "2026-11-15T00:00:00.000Z" } },
              sort: { field: "n", order: "desc" },
            },
            signal,
          ),
          ["list4", "list3", "list2"],
        );
        assert.deepEqual(
          await ids(
            { where: { state: ["odd"] }, sort: { field: "n", order: "asc" }, limit: 2 },
            signal,
          ),
          ["list1", "list3"],
        );
      });
    });
  }

  it("lists more than one page", async () => {
    const rows = createDocuments<Row>(client, `leafwatch-rows-${namespace}`);
    const body = Array.from({ length: 2500 }, (_, n) => [
      { create: { _id: `page${String(n).padStart(4, "0")}` } },
      { state: "page", n },
    ]).flat();
    await client.bulk({ index: `leafwatch-rows-${namespace}`, operations: body });
    const found = await rows.list({ where: { state: ["page"] } }, signal);
    assert.equal(found.length, 2500);
    assert.equal(found[2499]?.id, "page2499");
    assert.ok(found.every(({ version }) => version.seqNo >= 0 && version.primaryTerm > 0));
  });
});
