import assert from "node:assert/strict";
import { setup } from "../../../src/es/templates.ts";
import { documented, type Asked } from "../../helpers/documented.ts";

const { signal } = new AbortController();
const day = 86_400_000;
const access = "logs-apache.access-n1";
const alerts = "logs-leafwatch.alert-n1";

/**
 * A full cluster with two streams, whose retention is `kept`: takes every template type, has the data stream API and its
 * lifecycle calls, and remembers the templates that it was given.
 */
function fullCluster(kept: Record<string, string>) {
  const templates = new Map<string, unknown>();
  return ({ method, path: url, body }: Asked): { status?: number; body: unknown } => {
    const path = decodeURIComponent(url.split("?")[0] ?? "");
    if (path.includes("_simulate")) return { body: { template: {} } };
    const [, kind = "", name = ""] =
      /^\/(_component_template|_index_template)\/(.+)$/.exec(path) ?? [];
    if (kind !== "" && method === "PUT") {
      templates.set(name, body);
      return { body: { acknowledged: true } };
    }
    if (kind !== "") {
      const template = templates.get(name);
      if (template === undefined) return { status: 404, body: {} };
      return {
        body:
          kind === "_component_template"
            ? { component_templates: [{ name, component_template: template }] }
            : { index_templates: [{ name, index_template: template }] },
      };
    }
    if (path.startsWith("/_resolve/index/")) {
      const data_streams = Object.keys(kept).map((one) => ({ name: one, backing_indices: [] }));
      return { body: { indices: [], aliases: [], data_streams } };
    }
    const [, stream] = /^\/_data_stream\/(.+)\/_lifecycle$/.exec(path) ?? [];
    if (stream !== undefined && method === "PUT") {
      kept[stream] = (body as { data_retention: string }).data_retention;
      return { body: { acknowledged: true } };
    }
    if (stream !== undefined) {
      const lifecycle = { enabled: true, data_retention: kept[stream] };
      return { body: { data_streams: [{ name: stream, lifecycle }] } };
    }
    if (path.startsWith("/_data_stream/")) return { status: 404, body: {} };
    if (path.endsWith("/_rollover")) return { body: { acknowledged: true, rolled_over: true } };
    throw new Error(`not documented here: ${method} ${path}`);
  };
}

describe("retention of streams that exist, against a double that answers as documented", () => {
  it("is changed in place, once, and not for the history of alerts", async () => {
    const kept = { [access]: "400d", [alerts]: "1096d" };
    await using double = await documented(fullCluster(kept));
    const options = { namespace: "n1", retentionMs: 400 * day };
    await setup(double.client, options, signal);
    assert.deepEqual(await setup(double.client, options, signal), []);

    const shorter = { ...options, retentionMs: 30 * day };
    const planned = await setup(double.client, { ...shorter, dryRun: true }, signal);
    assert.deepEqual(kept, { [access]: "400d", [alerts]: "1096d" });
    const changes = await setup(double.client, shorter, signal);
    assert.deepEqual(planned, changes);
    assert.deepEqual(
      changes.filter(({ kind }) => kind === "data stream"),
      [
        {
          kind: "data stream",
          name: access,
          action: "set retention",
          differences: [{ path: "lifecycle.data_retention", from: "400d", to: "30d" }],
        },
      ],
    );
    assert.deepEqual(kept, { [access]: "30d", [alerts]: "1096d" });
    assert.deepEqual(await setup(double.client, shorter, signal), []);
  });

  it("keeps types that only a full cluster has", async () => {
    await using double = await documented(fullCluster({}));
    await setup(double.client, { namespace: "n1", retentionMs: day, logsdb: true }, signal);
    const stored = double.asked.filter(({ method }) => method === "PUT");
    const text = JSON.stringify(stored.map(({ body }) => body));
    assert.match(text, /"type":"constant_keyword"/);
    assert.match(text, /"mode":"logsdb"/);
  });
});
