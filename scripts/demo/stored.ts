import type { Client } from "@elastic/elasticsearch";
import type { WrittenLine } from "./log-files.ts";
import { patiently } from "./patiently.ts";

/** What of a stored event says which line it stands for. */
export interface StoredEvent {
  host: string | undefined;
  path: string | undefined;
  offset: number | undefined;
  original: string | undefined;
  dataset: string | undefined;
  /** True for a line that no parser took. */
  unparsed: boolean;
}

/** How written lines and stored events agree. */
export interface Comparison {
  /** Events that stand for a written line. */
  documents: number;
  /** Of these, the second and further ones of one line. */
  duplicates: number;
  missing: WrittenLine[];
  /** Events that stand for no written line. */
  foreign: StoredEvent[];
  /** Events that differ from their line in whether a parser took it. */
  misjudged: StoredEvent[];
  byDataset: Record<string, number>;
}

/** Holds every written line against the stored events: host, live path, offset, dataset and the text itself. */
export async function compare(
  written: readonly WrittenLine[],
  stored: AsyncIterable<StoredEvent> | Iterable<StoredEvent>,
): Promise<Comparison> {
  // Two files of one path (before and after a rotation) may hold the same line at the same offset: counted, not listed.
  const expected = new Map<string, { count: number; found: number; line: WrittenLine }>();
  for (const line of written) {
    const key = keyOf({ ...line, original: line.line });
    const entry = expected.get(key);
    if (entry) entry.count++;
    else expected.set(key, { count: 1, found: 0, line });
  }
  const result: Comparison = {
    documents: 0,
    duplicates: 0,
    missing: [],
    foreign: [],
    misjudged: [],
    byDataset: {},
  };
  for await (const event of stored) {
    const entry = expected.get(keyOf(event));
    if (!entry) {
      result.foreign.push(event);
      continue;
    }
    entry.found++;
    result.documents++;
    const dataset = event.dataset ?? "";
    result.byDataset[dataset] = (result.byDataset[dataset] ?? 0) + 1;
    if (event.unparsed !== (entry.line.torn ?? false)) result.misjudged.push(event);
  }
  for (const { count, found, line } of expected.values()) {
    result.duplicates += Math.max(0, found - count);
    for (let i = found; i < count; i++) result.missing.push(line);
  }
  return result;
}

function keyOf({ host, path, offset, dataset, original }: Omit<StoredEvent, "unparsed">): string {
  return JSON.stringify([host, path, offset, dataset, original]);
}

const pageSize = 5_000;

interface Source {
  host?: { name?: string };
  winlog?: { channel?: string };
  log?: { file?: { path?: string }; offset?: number };
  event?: { original?: string; dataset?: string; kind?: string };
}

/** Indices of the datasets' events in a namespace. */
export function streamsOf(datasets: readonly string[], namespace: string): string[] {
  return datasets.map((dataset) => `logs-${dataset}-${namespace}`);
}

/** How many events of these data streams can be found by now. */
export async function countStored(
  client: Client,
  index: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const options = { index: [...index], ignore_unavailable: true };
  return patiently(async () => {
    await client.indices.refresh(options, { signal });
    return (await client.count(options, { signal })).count;
  }, signal);
}

/** Every event of these data streams, as they stood when asked. */
export async function* readStored(
  client: Client,
  index: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<StoredEvent> {
  const options = { index: [...index], ignore_unavailable: true };
  await client.indices.refresh(options, { signal });
  const { id } = await client.openPointInTime({ ...options, keep_alive: "1m" }, { signal });
  try {
    const fields = ["host.name", "winlog.channel", "log.file.path", "log.offset", "event.original"];
    let after: (string | number)[] | undefined;
    for (;;) {
      const page = await client.search<Source>(
        {
          pit: { id, keep_alive: "1m" },
          size: pageSize,
          _source: [...fields, "event.dataset", "event.kind"],
          sort: [{ _shard_doc: "asc" }],
          track_total_hits: false,
          ...(after && { search_after: after }),
        },
        { signal },
      );
      for (const { _source } of page.hits.hits) yield storedEvent(_source ?? {});
      const last = page.hits.hits.at(-1);
      if (!last?.sort || page.hits.hits.length < pageSize) return;
      // A cast: _shard_doc is always one number.
      after = last.sort as number[];
    }
  } finally {
    await client.closePointInTime({ id });
  }
}

function storedEvent({ host, winlog, log, event }: Source): StoredEvent {
  const refused = event?.dataset === "leafwatch.dead_letter";
  return {
    host: host?.name,
    path: log?.file?.path ?? winlog?.channel,
    offset: log?.offset,
    original: event?.original,
    dataset: event?.dataset,
    // A dead letter was parsed: the cluster refused it.
    unparsed: event?.kind === "pipeline_error" && !refused,
  };
}
