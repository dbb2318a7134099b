import { setTimeout as sleep } from "node:timers/promises";
import type { Client, estypes } from "@elastic/elasticsearch";
import { statusOf, wrap } from "../es/errors.ts";
import { delayMs } from "../lib/backoff.ts";
import { AppError } from "../lib/errors.ts";

export type SearchBody = Omit<estypes.SearchRequest, "index"> & { index?: string[] };
export type Answer = estypes.SearchResponse<unknown, Record<string, unknown>>;

/** A backing index that was made a moment ago (first event, rollover) has no shard to ask yet. */
const shardsStart = { attempts: 5, minMs: 50, maxMs: 1000 };

/**
 * Runs a search and insists on a complete answer: a failed shard or a time-out is an error, never "0 hits". Streams
 * that do not exist yet hold no events and are none. What a shard that just starts would answer is asked again for a
 * second or two.
 *
 * @throws SEARCH_PARTIAL, or what the server answered as an AppError.
 */
export async function searchAll(
  client: Client,
  body: SearchBody,
  signal: AbortSignal,
): Promise<Answer> {
  const request = {
    ...body,
    ...(body.index ? { ignore_unavailable: true, allow_no_indices: true } : {}),
    track_total_hits: false,
    allow_partial_search_results: false,
  };
  return await ask(
    async () =>
      complete(await client.search<unknown, Record<string, unknown>>(request, { signal })),
    signal,
  );
}

/**
 * Makes a call, and makes it again for a second or two while shards start or the server is busy. What had no answer in
 * time is not asked again: that is for the next pass.
 */
export async function ask<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await wrap(call, signal);
    } catch (error) {
      if (attempt >= shardsStart.attempts || !passesSoon(error)) throw error;
      await sleep(delayMs(attempt, shardsStart), undefined, { signal });
    }
  }
}

const passesSoon = (error: unknown) =>
  (error instanceof AppError && error.code === "SEARCH_PARTIAL") ||
  [429, 503].includes(statusOf(error) ?? 0);

/** The answer, if all of the data stands behind it. @throws SEARCH_PARTIAL. */
export function complete(answer: Answer): Answer {
  const { failed, total } = answer._shards;
  if (answer.timed_out || failed > 0) {
    const what = failed > 0 ? `${failed} of ${total} shards failed` : "it timed out";
    throw new AppError("SEARCH_PARTIAL", `a search was answered only in part: ${what}`, {
      retryable: true,
      hint: "look at the cluster's health; the rule is judged again at the next pass",
    });
  }
  return answer;
}
