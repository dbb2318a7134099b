import type { Client, estypes } from "@elastic/elasticsearch";
import { DateTime } from "luxon";
import { wrap } from "../es/errors.ts";
import { AppError } from "../lib/errors.ts";
import type { Alert } from "../model/alert.ts";
import type { AskHistory, History } from "../model/notification.ts";
import { foreign } from "./foreign.ts";

const hourMs = 3_600_000;

/** The events that a rule looks at, as the watcher searches for them. */
export interface Looked {
  query: estypes.QueryDslQueryContainer;
  /** Empty: all. */
  datasets: readonly string[];
}

/**
 * Counts what an alert's rule looks at in the alert's group, in the 24 hours and the 30 local days up to the alert.
 * Of a rule that is gone (`lookedAt` knows nothing of it) all events of the group, or of the logs of its evidence
 * where it has none; the words say which. One search without documents.
 */
export function createHistory(
  client: Client,
  namespace: string,
  timezone: string,
  lookedAt: (rule: string) => Looked | undefined = () => undefined,
): AskHistory {
  // Our own alert stream and dead letters are no history of a source.
  const index = `logs-*-${namespace},-logs-leafwatch.*-${namespace}`;
  return async (alert, at, signal) => {
    const looked = lookedAt(alert.rule.id);
    const datasets = looked?.datasets ?? datasetsOf(alert, namespace);
    const group = Object.entries(alert.group);
    if (!looked && group.length === 0 && datasets.length === 0) return undefined;
    const hours = hoursUpTo(at);
    const days = daysUpTo(at, timezone);
    const until = new Date((hours.at(-1) ?? 0) + hourMs).toISOString();
    const answer = await wrap(
      () =>
        client.search<unknown, Aggregations>(
          {
            index,
            ignore_unavailable: true,
            allow_no_indices: true,
            size: 0,
            track_total_hits: false,
            query: {
              bool: {
                filter: [
                  {
                    range: {
                      "@timestamp": { gte: new Date(days[0] ?? 0).toISOString(), lt: until },
                    },
                  },
                  ...group.map(([field, value]) => ({ term: { [field]: value } })),
                  ...(looked ? [looked.query] : []),
                  // The evidence names only some of a group's logs; a rule names all that it means.
                  ...(datasets.length > 0 && (looked ?? group.length === 0)
                    ? [{ terms: { "data_stream.dataset": [...datasets] } }]
                    : []),
                ],
              },
            },
            aggs: {
              hours: {
                filter: { range: { "@timestamp": { gte: new Date(hours[0] ?? 0).toISOString() } } },
                aggs: { each: { date_histogram: { field: "@timestamp", fixed_interval: "1h" } } },
              },
              days: {
                date_histogram: {
                  field: "@timestamp",
                  calendar_interval: "day",
                  time_zone: timezone,
                },
              },
            },
          },
          { signal, meta: false },
        ),
      signal,
    );
    if (answer.timed_out || answer._shards.failed > 0) {
      throw new AppError(
        "ES_PARTIAL",
        "the search for an alert's history was answered only in part",
        {
          hint: "look at the cluster's health",
          retryable: true,
        },
      );
    }
    return {
      what: looked ? whatTheRuleSees(group) : whatIsCounted(group, datasets),
      hours: filled(hours, answer.aggregations?.hours.each.buckets ?? []),
      days: filled(days, answer.aggregations?.days.buckets ?? []),
    };
  };
}

interface Aggregations {
  hours: { each: { buckets: Bucket[] } };
  days: { buckets: Bucket[] };
}

interface Bucket {
  key: number;
  doc_count: number;
}

function whatTheRuleSees(group: readonly (readonly [string, unknown])[]): string {
  const of = placesOf(group);
  return of === "" ? "what this rule looks for" : `what this rule looks for, with ${of}`;
}

function placesOf(group: readonly (readonly [string, unknown])[]): string {
  return group.map(([field, value]) => `${field} ${foreign(String(value), 60)}`).join(", ");
}

function whatIsCounted(
  group: readonly (readonly [string, unknown])[],
  datasets: readonly string[],
): string {
  const of = placesOf(group);
  return of === "" ? `all events of ${datasets.join(", ")}` : `all events with ${of}`;
}

/** The datasets of the alert's evidence, from the names of its backing indices. */
function datasetsOf(alert: Alert, namespace: string): string[] {
  const found = alert.evidence.lines.flatMap(({ index }) => {
    const start = index.indexOf("logs-");
    const end = index.indexOf(`-${namespace}`);
    return start >= 0 && end > start ? [index.slice(start + 5, end)] : [];
  });
  return [...new Set(found)];
}

/** The beginnings of 24 whole hours, the last of which holds `at`. */
function hoursUpTo(at: string): number[] {
  const last = Math.floor(Date.parse(at) / hourMs) * hourMs;
  return Array.from({ length: 24 }, (_, index) => last - (23 - index) * hourMs);
}

/** The beginnings of 30 local days, the last of which holds `at`. */
function daysUpTo(at: string, timezone: string): number[] {
  const last = DateTime.fromISO(at, { zone: timezone }).startOf("day");
  return Array.from({ length: 30 }, (_, index) => last.minus({ days: 29 - index }).toMillis());
}

function filled(starts: readonly number[], buckets: readonly Bucket[]): History["hours"] {
  const counts = new Map(buckets.map((bucket) => [bucket.key, bucket.doc_count]));
  return starts.map((start) => ({
    at: new Date(start).toISOString(),
    count: counts.get(start) ?? 0,
  }));
}
