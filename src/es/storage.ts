import type { Client } from "@elastic/elasticsearch";
import { wrap } from "./errors.ts";
import { dataStreams } from "./templates.ts";

/** What is kept of one data stream. */
export interface StoredStream {
  name: string;
  backingIndices: number;
  documents: number;
  /** On disk, replicas among it. */
  bytes: number;
  /** First and last `@timestamp`, ISO 8601; undefined when it is empty. */
  from: string | undefined;
  to: string | undefined;
}

/** What is kept in each event stream of a namespace, for `status`. */
export async function storedStreams(
  client: Client,
  namespace: string,
  signal: AbortSignal,
): Promise<StoredStream[]> {
  const names = await dataStreams(client, namespace, signal);
  return Promise.all(names.map((name) => storedStream(client, name, signal)));
}

async function storedStream(
  client: Client,
  name: string,
  signal: AbortSignal,
): Promise<StoredStream> {
  const stats = await wrap(
    () => client.indices.stats({ index: name, metric: ["docs", "store"] }, { signal }),
    signal,
  );
  const range = await wrap(
    () =>
      client.search<unknown, { from: Edge; to: Edge }>(
        {
          index: name,
          size: 0,
          track_total_hits: false,
          aggs: {
            from: { min: { field: "@timestamp" } },
            to: { max: { field: "@timestamp" } },
          },
        },
        { signal },
      ),
    signal,
  );
  return {
    name,
    backingIndices: Object.keys(stats.indices ?? {}).length,
    documents: stats._all.primaries?.docs?.count ?? 0,
    bytes: stats._all.total?.store?.size_in_bytes ?? 0,
    from: range.aggregations?.from.value_as_string,
    to: range.aggregations?.to.value_as_string,
  };
}

interface Edge {
  value: number | null;
  value_as_string?: string;
}
