import type { Client, estypes } from "@elastic/elasticsearch";
import { wrap } from "../es/errors.ts";
import { AppError } from "../lib/errors.ts";

export type Query = estypes.QueryDslQueryContainer;
export type Aggregations = Record<string, estypes.AggregationsAggregationContainer>;
export type Hit = estypes.SearchHit;

/** Asks Elasticsearch, always for the same moment's data; a partial answer is an error. */
export interface Searcher {
  /** The aggregations of the events that match `query`; undefined where no index holds any. */
  aggregate(query: Query, aggs: Aggregations, signal: AbortSignal): Promise<Answers | undefined>;
  /** At most `size` documents, sorted. Only for evidence. */
  documents(
    query: Query,
    sort: estypes.Sort,
    size: number,
    signal: AbortSignal,
  ): Promise<{ hits: Hit[]; total: number }>;
}

export type Answers = Record<string, unknown>;

/**
 * Opens a point in time over `index` and closes it at the end: figures of one report that were asked for one after
 * the other add up, although events go on arriving.
 *
 * @throws REPORT_SEARCH_INCOMPLETE, and what `wrap` throws.
 */
export async function openSearcher(
  client: Client,
  index: readonly string[],
  signal: AbortSignal,
): Promise<Searcher & AsyncDisposable> {
  const { id } = await wrap(
    () =>
      client.openPointInTime(
        { index: [...index], keep_alive: "5m", ignore_unavailable: true },
        { signal },
      ),
    signal,
  );
  const search = async (body: estypes.SearchRequest, inner: AbortSignal) =>
    wrap(async () => {
      const answer = await client.search<unknown, Answers>(
        { ...body, pit: { id, keep_alive: "5m" }, allow_partial_search_results: false },
        { signal: inner },
      );
      // Elasticsearch answers 200 with what it has when a shard or the time ran out.
      if (answer.timed_out || answer._shards.failed > 0) {
        throw new AppError("REPORT_SEARCH_INCOMPLETE", "a search of the report is incomplete", {
          hint: "look at the health of the cluster, then run the report again",
          retryable: true,
        });
      }
      return answer;
    }, inner);
  return {
    async aggregate(query, aggs, inner) {
      const answer = await search({ query, aggs, size: 0, track_total_hits: false }, inner);
      return answer.aggregations;
    },
    async documents(query, sort, size, inner) {
      const answer = await search({ query, sort, size, track_total_hits: true }, inner);
      const { total } = answer.hits;
      const found = typeof total === "number" ? total : (total?.value ?? 0);
      return { hits: answer.hits.hits, total: found };
    },
    async [Symbol.asyncDispose]() {
      // It ends by itself after its keep_alive; a failure here must not hide the report's own outcome.
      await client.closePointInTime({ id }).catch(() => undefined);
    },
  };
}
