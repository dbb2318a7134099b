import type { Client } from "@elastic/elasticsearch";
import { wrap } from "../es/errors.ts";
import type { OutboxRow, Repeat, RowState } from "./outbox/row.ts";

/** The outbox in numbers, for `status`, metrics and the report. */
export interface OutboxFigures {
  /** Rows by state; a state without rows is left out. */
  states: Partial<Record<RowState, number>>;
  /** Sendings that may have been a second one, by cause. */
  repeated: Partial<Record<Repeat["cause"], number>>;
  /** Messages that needed more than one try. */
  retried: number;
  /** When the oldest message that still waits was queued, ISO 8601. */
  oldest_waiting?: string;
  /** Messages that somebody will not get. */
  undelivered: number;
  /** The latest of these, newest first. */
  dead: { at: string; address: string; answer: string; alert?: string; rule?: string }[];
}

/** Counts rows queued from `from` (all where left out) to before `to`; lists at most 50 dead ones. */
export async function outboxFigures(
  client: Client,
  namespace: string,
  signal: AbortSignal,
  period: { from?: Date; to?: Date } = {},
): Promise<OutboxFigures> {
  const within = {
    range: {
      created_at: {
        ...(period.from && { gte: period.from.toISOString() }),
        ...(period.to && { lt: period.to.toISOString() }),
      },
    },
  };
  const answer = await wrap(
    () =>
      client.search<OutboxRow, Aggregations>(
        {
          index: `leafwatch-outbox-${namespace}`,
          ignore_unavailable: true,
          size: 0,
          query: { bool: { filter: [within] } },
          aggs: {
            states: { terms: { field: "state", size: 20 } },
            retried: { filter: { range: { attempts: { gt: 1 } } } },
            causes: { terms: { field: "repeated.cause", size: 20 } },
            waiting: {
              filter: { terms: { state: ["queued", "retry", "sending"] } },
              aggs: { oldest: { min: { field: "created_at" } } },
            },
            dead: {
              filter: { term: { "recipients.state": "dead" } },
              aggs: {
                last: {
                  top_hits: {
                    size: 50,
                    sort: [{ created_at: { order: "desc" } }],
                    _source: ["recipients", "alert", "rule"],
                  },
                },
              },
            },
          },
        },
        { signal },
      ),
    signal,
  );
  const found = answer.aggregations;
  const oldest = found?.waiting.oldest.value ?? null;
  const hits = found?.dead.last.hits.hits ?? [];
  return {
    states: counts(found?.states.buckets),
    repeated: counts(found?.causes.buckets),
    retried: found?.retried.doc_count ?? 0,
    ...(oldest !== null && { oldest_waiting: new Date(oldest).toISOString() }),
    undelivered: found?.dead.doc_count ?? 0,
    dead: hits.flatMap(({ _source: { recipients, alert, rule } }) =>
      recipients
        .filter((one) => one.state === "dead")
        .map(({ address, at = "", answer: said = "" }) => ({
          at,
          address,
          answer: said,
          ...(alert !== undefined && { alert }),
          ...(rule !== undefined && { rule }),
        })),
    ),
  };
}

interface Aggregations {
  states: { buckets: Bucket[] };
  retried: { doc_count: number };
  causes: { buckets: Bucket[] };
  waiting: { oldest: { value: number | null } };
  dead: { doc_count: number; last: { hits: { hits: { _source: OutboxRow }[] } } };
}

interface Bucket {
  key: string;
  doc_count: number;
}

function counts(buckets: readonly Bucket[] = []): Record<string, number> {
  return Object.fromEntries(buckets.map(({ key, doc_count }) => [key, doc_count]));
}
