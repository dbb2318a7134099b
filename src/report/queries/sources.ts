import type { estypes } from "@elastic/elasticsearch";
import { all, counted, within } from "../events.ts";
import type { SourceRow, Sources } from "../model/sources.ts";
import type { Query, Searcher } from "../search.ts";
import type { Interval } from "../week.ts";
import { keyOf, timesOf, unnamed, type Source } from "./source-times.ts";

/** A source that the config asks for. */
export interface ExpectedSource {
  readonly host: string;
  readonly dataset: string;
}

const pageSize = 1000;

/** Each source's events, silence and delay; expected ones also where nothing came. */
export async function sourcesOf(
  searcher: Searcher,
  interval: Interval,
  expected: readonly ExpectedSource[],
  signal: AbortSignal,
): Promise<Omit<Sources, "dead_letters">> {
  const wanted = new Set(expected.map(keyOf));
  const rows = new Map<string, SourceRow>();
  for (const source of expected) rows.set(keyOf(source), { ...nothing, ...source, expected: true });
  // Only few events are looked at for what is rare; the query finds them by the index.
  const only = (query: Query) => countBySource(searcher, all(within(interval), query), signal);
  const events = await countBySource(searcher, within(interval), signal);
  const unparsed = await only(counted.unparsed);
  const ahead = await only({ term: { "leafwatch.delay_ms": 0 } });
  for await (const [key, times] of timesOf(searcher, interval, [...events.values()], signal)) {
    const source = events.get(key);
    if (!source) continue;
    const { host, dataset } = source;
    rows.set(key, {
      host,
      dataset,
      expected: wanted.has(key) || expected.length === 0,
      events: source.events,
      ...times,
      unparsed: unparsed.get(key)?.events ?? 0,
      clock_ahead: ahead.get(key)?.events ?? 0,
    });
  }
  const list = [...rows.values()];
  const sum = (of: (row: SourceRow) => number) => list.reduce((so, row) => so + of(row), 0);
  return {
    rows: list.sort((a, b) => order(a.host, b.host) || order(a.dataset, b.dataset)),
    unparsed: sum((row) => row.unparsed),
    gap_bytes: await lostBytes(searcher, interval, signal),
    clock_ahead: sum((row) => row.clock_ahead),
    events: sum((row) => row.events),
  };
}

/** How many events of an interval could not be stored where they belong. */
export async function deadLettersIn(
  searcher: Searcher,
  interval: Interval,
  signal: AbortSignal,
): Promise<number> {
  const answer = await searcher.aggregate(
    within(interval),
    { events: { filter: { match_all: {} } } },
    signal,
  );
  return (answer as { events: { doc_count: number } } | undefined)?.events.doc_count ?? 0;
}

const nothing = {
  events: 0,
  last_event: null,
  silent_hours: null,
  delay_p50_ms: null,
  delay_p95_ms: null,
  unparsed: 0,
  clock_ahead: 0,
};

/** The events that match, by source. */
async function countBySource(
  searcher: Searcher,
  query: Query,
  signal: AbortSignal,
): Promise<Map<string, Source>> {
  const sources: Record<string, estypes.AggregationsCompositeAggregationSource>[] = [
    { host: { terms: { field: "host.name", missing_bucket: true } } },
    { dataset: { terms: { field: "event.dataset", missing_bucket: true } } },
  ];
  const found = new Map<string, Source>();
  interface Page {
    buckets: { key: { host: string | null; dataset: string | null }; doc_count: number }[];
    after_key?: Record<string, string>;
  }
  let after: Record<string, string> | undefined;
  do {
    const composite = { sources, size: pageSize, ...(after && { after }) };
    const answer = await searcher.aggregate(query, { sources: { composite } }, signal);
    const page = answer?.["sources"] as Page | undefined;
    for (const { key, doc_count } of page?.buckets ?? []) {
      const source = { host: key.host ?? unnamed, dataset: key.dataset ?? unnamed };
      found.set(keyOf(source), { ...source, events: doc_count });
    }
    after = (page?.buckets.length ?? 0) < pageSize ? undefined : page?.after_key;
  } while (after);
  return found;
}

/** Bytes that were gone before they could be read. */
async function lostBytes(
  searcher: Searcher,
  interval: Interval,
  signal: AbortSignal,
): Promise<number> {
  const gaps = all(within(interval), { exists: { field: "leafwatch.gap.bytes" } });
  const lost = { gap: { sum: { field: "leafwatch.gap.bytes" } } };
  const answer = await searcher.aggregate(gaps, lost, signal);
  return (answer as { gap: { value: number } } | undefined)?.gap.value ?? 0;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
