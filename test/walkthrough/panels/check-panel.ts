import assert from "node:assert/strict";
import type { Client, estypes } from "@elastic/elasticsearch";
import type { LensPanel } from "../../../scripts/dashboards/check/lens-shape.ts";
import { layerSearch, numbersOf, rowsOf, type Row } from "./aggregation.ts";
import { computeRows, flatten, type ComputedRow, type Flat } from "./compute.ts";

/** What a data view shows: its index, and its documents as they were read. */
export interface Shown {
  index: string;
  documents: readonly Flat[];
}

/** Every document of an index, but for groups of fields that no dashboard names. */
export async function readAll(client: Client, index: string): Promise<Flat[]> {
  await client.indices.refresh({ index });
  const { id } = await client.openPointInTime({ index, keep_alive: "1m" });
  const documents: Flat[] = [];
  try {
    let after: estypes.SortResults | undefined;
    for (;;) {
      const { hits } = await client.search<object>({
        pit: { id, keep_alive: "1m" },
        size: 5_000,
        _source: { excludes: ["winlog.event_data", "agent", "related", "ecs", "data_stream"] },
        sort: [{ _shard_doc: "asc" }],
        ...(after && { search_after: after }),
      });
      documents.push(...hits.hits.map(({ _source }) => flatten(_source ?? {})));
      after = hits.hits.at(-1)?.sort;
      if (!after) return documents;
    }
  } finally {
    await client.closePointInTime({ id });
  }
}

/** Runs a panel as the aggregation it stands for: it is not empty, and each number is what the documents give. */
export async function checkPanel(
  client: Client,
  panel: LensPanel,
  { index, documents }: Shown,
  isText: (field: string) => boolean,
): Promise<void> {
  const { state } = panel.embeddableConfig.attributes;
  const layer = state.datasourceStates.formBased.layers.l1;
  const { query } = state.query;
  const answer = await client.search({ ...layerSearch(layer, query), index });
  const rows = sorted(rowsOf(layer, answer));
  const expected = sorted(computeRows(layer, query, documents, isText));

  assert.ok(rows.length > 0, "no rows");
  numbersOf(layer).forEach(([, column], i) => {
    const some = rows.some(({ values }) => (values[i] ?? 0) > 0);
    assert.ok(some, `nothing under "${column.label}"`);
  });
  const samples = new Map(expected.map((row) => [row.keys.join("|"), row.samples]));
  const exact = rows.map(({ keys, values }) => ({
    keys,
    values: values.map((value, i) => (samples.get(keys.join("|"))?.[i] ? null : value)),
  }));
  assert.deepEqual(
    exact,
    expected.map(({ keys, values }) => ({ keys, values })),
  );
  for (const { keys, values } of rows) {
    samples.get(keys.join("|"))?.forEach((sample, i) => {
      if (!sample) return;
      const { [i]: [, column] = [] } = numbersOf(layer);
      const share = column?.operationType === "percentile" ? column.params.percentile / 100 : 0.5;
      assertQuantile(values[i] ?? null, share, sample, keys.join(", "));
    });
  }
}

/** An estimate is good that parts the values as they should be parted, give or take three in a hundred or one. */
function assertQuantile(
  value: number | null,
  share: number,
  sample: readonly number[],
  where: string,
): void {
  if (sample.length === 0) {
    assert.equal(value, null, where);
    return;
  }
  assert.ok(value !== null, where);
  const near = Math.max(1, Math.ceil(0.03 * sample.length));
  const place = share * (sample.length - 1);
  const low = sample[Math.max(0, Math.floor(place) - near)] ?? 0;
  const high = sample[Math.min(sample.length - 1, Math.ceil(place) + near)] ?? 0;
  assert.ok(value >= low && value <= high, `${where}: ${value} is not in ${low} to ${high}`);
}

function sorted<R extends Row | ComputedRow>(rows: readonly R[]): R[] {
  const key = ({ keys }: Row) => keys.join("\u0000");
  return [...rows].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
