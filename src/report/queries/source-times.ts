import { all, any, within } from "../events.ts";
import type { SourceRow } from "../model/sources.ts";
import type { Aggregations, Query, Searcher } from "../search.ts";
import { hoursOf, type Interval } from "../week.ts";

/** A host's log of one kind that sent events. */
export interface Source {
  readonly host: string;
  readonly dataset: string;
  readonly events: number;
}

/** Stands for a host or a dataset that an event does not name: it is counted too. */
export const unnamed = "–";

/** Names a source in maps. */
export function keyOf({ host, dataset }: Pick<Source, "host" | "dataset">): string {
  return `${host} ${dataset}`;
}

/** Sources whose hours are asked for at once: 168 buckets each, and the server answers with 65,536 at most. */
const sourcesAtOnce = 300;

type Times = Pick<SourceRow, "last_event" | "silent_hours" | "delay_p50_ms" | "delay_p95_ms">;

interface HostBucket {
  key: string;
  last: { value: number };
  delay: { values: Record<"50.0" | "95.0", number | null> };
  hours: { buckets: { key: number }[] };
}

/** When the events of each source came, and how late; some sources at a time. */
export async function* timesOf(
  searcher: Searcher,
  interval: Interval,
  sources: readonly Source[],
  signal: AbortSignal,
): AsyncGenerator<[key: string, times: Times]> {
  const aggs: Aggregations = {
    last: { max: { field: "@timestamp" } },
    // Within one percent, at a third of a t-digest's time.
    delay: {
      percentiles: {
        field: "leafwatch.delay_ms",
        percents: [50, 95],
        hdr: { number_of_significant_value_digits: 2 },
      },
    },
    hours: { date_histogram: { field: "@timestamp", fixed_interval: "1h", min_doc_count: 1 } },
  };
  const pages = hostPages(sources);
  for (const hosts of pages) {
    const query = pages.length === 1 ? { match_all: {} } : ofHosts(hosts);
    const byHost = {
      terms: { field: "host.name", size: hosts.length + 1, missing: unnamed },
      aggs,
    };
    const byDataset = {
      terms: { field: "event.dataset", size: sourcesAtOnce, missing: unnamed },
      aggs: { hosts: byHost },
    };
    const answer = await searcher.aggregate(
      all(within(interval), query),
      { datasets: byDataset },
      signal,
    );
    type Datasets = { buckets: { key: string; hosts: { buckets: HostBucket[] } }[] };
    const datasets = (answer?.["datasets"] as Datasets | undefined) ?? { buckets: [] };
    for (const { key: dataset, hosts: found } of datasets.buckets) {
      for (const bucket of found.buckets) {
        yield [keyOf({ host: bucket.key, dataset }), toTimes(bucket, interval)];
      }
    }
  }
}

function ofHosts(hosts: readonly string[]): Query {
  const named = { terms: { "host.name": hosts.filter((host) => host !== unnamed) } };
  const nameless = { bool: { must_not: { exists: { field: "host.name" } } } };
  return hosts.includes(unnamed) ? any(named, nameless) : named;
}

/** The hosts in pages of as many sources as one answer can hold. */
function hostPages(sources: readonly Source[]): string[][] {
  const counts = new Map<string, number>();
  for (const { host } of sources) counts.set(host, (counts.get(host) ?? 0) + 1);
  const pages: string[][] = [];
  let held = Infinity;
  for (const [host, count] of counts) {
    if (held + count > sourcesAtOnce) {
      pages.push([]);
      held = 0;
    }
    pages.at(-1)?.push(host);
    held += count;
  }
  return pages;
}

function toTimes(bucket: HostBucket, interval: Interval): Times {
  return {
    last_event: new Date(bucket.last.value).toISOString(),
    silent_hours: longestSilence(
      bucket.hours.buckets.map((hour) => hour.key),
      interval,
    ),
    delay_p50_ms: rounded(bucket.delay.values["50.0"]),
    delay_p95_ms: rounded(bucket.delay.values["95.0"]),
  };
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
