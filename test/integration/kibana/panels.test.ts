import assert from "node:assert/strict";
import type { Client } from "@elastic/elasticsearch";
import { join } from "node:path";
import {
  isAggregatable,
  readMapping,
  type Mapping,
} from "../../../scripts/dashboards/check/mapping.ts";
import { readBundleText } from "../../../scripts/dashboards/check/bundle.ts";
import type { LensPanel } from "../../../scripts/dashboards/check/lens-shape.ts";
import { bundleFile } from "../../../scripts/dashboards/bundle.ts";
import { parseKql } from "../../../scripts/dashboards/kql.ts";
import { setup } from "../../../src/es/templates.ts";
import { randomNamespace, removeNamespace, testClient } from "../../helpers/elasticsearch.ts";
import { layerSearch, numbersOf, rowsOf, toQuery, type Row } from "./aggregation.ts";
import { computeRows, flatten, type Flat } from "./compute.ts";
import { generate } from "./documents.ts";

const { objects } = readBundleText(bundleFile().text);
const dashboards = objects.filter((object) => object.type === "dashboard");
const savedSearches = objects.filter((object) => object.type === "search");

describe("every panel, asked of a real Elasticsearch with our templates", function () {
  this.timeout(120_000);
  const namespace = randomNamespace();
  const indices: Record<string, string> = {
    "leafwatch-logs": `logs-*-${namespace}`,
    "leafwatch-alerts": `leafwatch-alerts-${namespace}`,
  };
  const documents: Record<string, Flat[]> = {};
  let client: Client;
  let mapping: Mapping;

  before(async () => {
    client = await testClient();
    mapping = await readMapping(join(import.meta.dirname, "../../../index-templates"));
    await setup(client, { namespace, retentionMs: 400 * 86_400_000 }, AbortSignal.timeout(60_000));
    const { logs, alerts } = generate(namespace);
    for (const [view, body] of Object.entries({
      "leafwatch-logs": logs,
      "leafwatch-alerts": alerts,
    })) {
      const answer = await client.bulk({ refresh: true, operations: body.trimEnd().split("\n") });
      assert.deepEqual(answer.items.filter(({ create }) => create?.error).slice(0, 2), []);
      documents[view] = body
        .trimEnd()
        .split("\n")
        .filter((_, i) => i % 2 === 1)
        .map((line) => flatten(JSON.parse(line) as object));
    }
  });

  after(() => removeNamespace(client, namespace));

  for (const { id, attributes } of dashboards) {
    for (const panel of attributes.panelsJSON) {
      if (panel.type !== "lens") continue;
      it(`${id}: "${panel.title}" is not empty and shows what the documents say`, async () => {
        await checkPanel(panel);
      });
    }
    for (const { explicitInput } of Object.values(attributes.controlGroupInput.panelsJSON)) {
      it(`${id}: the control ${explicitInput.title} has values to offer`, async () => {
        const view = id === "leafwatch-alerts" ? "leafwatch-alerts" : "leafwatch-logs";
        const answer = await client.search({
          index: indices[view],
          size: 0,
          aggs: { values: { terms: { field: explicitInput.fieldName, size: 10 } } },
        });
        const { buckets } = answer.aggregations?.["values"] as unknown as { buckets: unknown[] };
        assert.ok(buckets.length > 0);
      });
    }
  }

  for (const { id, attributes, references } of savedSearches) {
    it(`${id} finds documents, and each of its columns in some of them`, async () => {
      const view = references.find(({ type }) => type === "index-pattern")?.id ?? "";
      const { query } = attributes.kibanaSavedObjectMeta.searchSourceJSON.query;
      const answer = await client.search({
        index: indices[view],
        size: 500,
        query: toQuery(parseKql(query)),
      });
      const found = answer.hits.hits.map(({ _source }) => flatten(_source as object));
      // Not by an "exists" query: the line itself is stored but not indexed.
      const missing = attributes.columns.filter(
        (column) => !found.some((document) => document.has(column)),
      );
      assert.deepEqual(missing, []);
    });
  }

  it("gives Elastic Security's rule for external alerts one document for each incident", async () => {
    // The rule's own query (it looks in logs-* too) and what it reads of a document.
    const query = parseKql("event.kind: alert and not event.module: (endgame or endpoint)");
    const { hits } = await client.search<{
      event: { severity: number; risk_score: number };
      rule: { name: string };
      leafwatch: { alert: { id: string } };
    }>({ index: `logs-*-${namespace}`, size: 500, query: toQuery(query) });
    const promoted = hits.hits.flatMap(({ _source }) => (_source ? [_source] : []));
    const incidents = new Set(promoted.map(({ leafwatch }) => leafwatch.alert.id));
    assert.equal(promoted.length, incidents.size);
    assert.equal(incidents.size, documents["leafwatch-alerts"]?.length);
    for (const { event, rule } of promoted) {
      assert.ok([21, 47, 73, 99].includes(event.severity));
      assert.equal(event.risk_score, event.severity);
      assert.ok(rule.name);
    }
  });

  async function checkPanel(panel: LensPanel): Promise<void> {
    const { references, state } = panel.embeddableConfig.attributes;
    const [{ id: view }] = references;
    const layer = state.datasourceStates.formBased.layers.l1;
    const search = layerSearch(layer, state.query.query);
    const answer = await client.search({ ...search, index: indices[view] });
    const rows = rowsOf(layer, answer);
    const isText = (field: string) => !isAggregatable(mapping.get(field) ?? "keyword");
    const expected = computeRows(layer, state.query.query, documents[view] ?? [], isText);

    assert.ok(rows.length > 0, "no rows");
    numbersOf(layer).forEach(([, column], i) => {
      const some = rows.some(({ values }) => (values[i] ?? 0) > 0);
      assert.ok(some, `nothing under "${column.label}"`);
    });
    const estimated = numbersOf(layer).map(({ 1: { operationType } }) =>
      ["median", "percentile"].includes(operationType),
    );
    assert.deepEqual(sorted(rows, estimated), sorted(expected, estimated));
    estimated.forEach((isEstimate, i) => {
      if (!isEstimate) return;
      // Percentiles are estimates: within a tenth of the exact ones.
      const exact = new Map(expected.map(({ keys, values }) => [keys.join("|"), values[i]]));
      for (const { keys, values } of rows) {
        const value = values[i] ?? 0;
        const wanted = exact.get(keys.join("|")) ?? 0;
        assert.ok(
          Math.abs(value - wanted) <= wanted / 10 + 1,
          `${keys.join()}: ${value}, not ${wanted}`,
        );
      }
    });
  }
});

function sorted(rows: readonly Row[], estimated: readonly boolean[]): Row[] {
  const key = ({ keys }: Row) => keys.join("\u0000");
  return rows
    .map(({ keys, values }) => ({
      keys,
      values: values.map((value, i) => (estimated[i] ? null : value)),
    }))
    .sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
