import type { estypes } from "@elastic/elasticsearch";
import { all, counted, within } from "../events.ts";
import type { SourceRow, Sources } from "../model.ts";
import type { Aggregations, Query, Searcher } from "../search.ts";
import { hoursOf, type Interval } from "../week.ts";

/** A source that the config asks for. */
export interface ExpectedSource {
  readonly host: string;
  readonly dataset: string;
}

const pageSize = 200;

/** Each source's events, silence and delay; expected ones also where nothing came. */
export async function sourcesOf(
  searcher: Searcher,
  interval: Interval,
  expected: readonly ExpectedSource[],
  deadLetters: number,
  signal: AbortSignal,
): Promise<Sources> {
  const rows = new Map<string, SourceRow>();
  for (const { host, dataset } of expected) {
    rows.set(`${host} ${dataset}`, { ...nothing, host, dataset, expected: true });
  }
  for await (const bucket of sourceBuckets(searcher, within(interval), signal)) {
    const { host, dataset } = named(bucket);
    const known = rows.has(`${host} ${dataset}`);
    rows.set(`${host} ${dataset}`, toRow(bucket, interval, known || expected.length === 0));
  }
  const gaps = all(within(interval), { exists: { field: "leafwatch.gap.bytes" } });
  const lost = { gap: { sum: { field: "leafwatch.gap.bytes" } } };
  const answer = await searcher.aggregate(gaps, lost, signal);
  const list = [...rows.values()];
  const sum = (of: (row: SourceRow) => number) => list.reduce((so, row) => so + of(row), 0);
  return {
    rows: list.sort((a, b) => order(a.host, b.host) || order(a.dataset, b.dataset)),
    unparsed: sum((row) => row.unparsed),
    dead_letters: deadLetters,
    gap_bytes: (answer as { gap: { value: number } } | undefined)?.gap.value ?? 0,
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

interface SourceBucket {
  key: { host: string | null; dataset: string | null };
  doc_count: number;
  last: { value: number };
  delay: { values: Record<"50.0" | "95.0", number | null> };
  unparsed: { doc_count: number };
  ahead: { doc_count: number };
  hours: { buckets: { key: number }[] };
}

async function* sourceBuckets(
  searcher: Searcher,
  query: Query,
  signal: AbortSignal,
): AsyncGenerator<SourceBucket> {
  const sources: Record<string, estypes.AggregationsCompositeAggregationSource>[] = [
    { host: { terms: { field: "host.name", missing_bucket: true } } },
    { dataset: { terms: { field: "event.dataset", missing_bucket: true } } },
  ];
  const aggs: Aggregations = {
    last: { max: { field: "@timestamp" } },
    delay: { percentiles: { field: "leafwatch.delay_ms", percents: [50, 95] } },
    unparsed: { filter: counted.unparsed },
    ahead: { filter: { term: { "leafwatch.delay_ms": 0 } } },
    hours: {
      date_histogram: { field: "@timestamp", fixed_interval: "1h", min_doc_count: 1 },
    },
  };
  let after: Record<string, string> | undefined;
  do {
    const composite = { sources, size: pageSize, ...(after && { after }) };
    const answer = await searcher.aggregate(query, { sources: { composite, aggs } }, signal);
    const page = answer?.["sources"] as
      { buckets: SourceBucket[]; after_key?: Record<string, string> } | undefined;
    yield* page?.buckets ?? [];
    after = page?.after_key;
  } while (after);
}

function toRow(bucket: SourceBucket, interval: Interval, expected: boolean): SourceRow {
  return {
    ...named(bucket),
    expected,
    events: bucket.doc_count,
    last_event: new Date(bucket.last.value).toISOString(),
    silent_hours: longestSilence(
      bucket.hours.buckets.map((hour) => hour.key),
      interval,
    ),
    delay_p50_ms: rounded(bucket.delay.values["50.0"]),
    delay_p95_ms: rounded(bucket.delay.values["95.0"]),
    unparsed: bucket.unparsed.doc_count,
    clock_ahead: bucket.ahead.doc_count,
  };
}

/** Events without a host or a dataset are counted too. */
function named({ key }: SourceBucket): { host: string; dataset: string } {
  return { host: key.host ?? "–", dataset: key.dataset ?? "–" };
}

/** The longest run of whole hours without an event, from the interval's begin to its end. */
export function longestSilence(hours: readonly number[], interval: Interval): number {
  const hourMs = 3_600_000;
  let longest = 0;
  let quietSince = interval.from.getTime();
  for (const hour of [...hours].sort((a, b) => a - b)) {
    longest = Math.max(longest, (hour - quietSince) / hourMs);
    quietSince = hour + hourMs;
  }
  const rest = hoursOf({ from: new Date(quietSince), to: interval.to });
  return Math.floor(Math.max(longest, rest, 0));
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
