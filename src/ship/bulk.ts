import { constants, gzipSync } from "node:zlib";
import type { Client } from "@elastic/elasticsearch";
import { AppError, messageOf } from "../lib/errors.ts";
import { statusOf, wrap } from "../es/errors.ts";
import { triage, triageFailure, type Outcome, type RequestFailure } from "./triage.ts";

/** What one request brought: an outcome for each document, or one failure for all. */
export type BulkResult =
  { kind: "answered"; outcomes: Outcome[] } | { kind: RequestFailure; error: AppError };

/** After this long without an answer a request counts as lost. The server itself gives up on a shard after half of it. */
export const bulkTimeoutMs = 30_000;

/** Sends one bulk body of `count` create actions. Never throws but when `signal` aborts. */
export async function sendBulk(
  client: Client,
  body: Buffer,
  count: number,
  options: { compress: boolean; timeoutMs: number },
  signal: AbortSignal,
): Promise<BulkResult> {
  try {
    const answer = await wrap(
      () =>
        client.transport.request(
          {
            method: "POST",
            path: "/_bulk",
            querystring: {
              timeout: "15s",
              // Without our template an ordinary index would come into being.
              require_data_stream: true,
              filter_path: "items.*._index,items.*.status,items.*.error",
            },
            // A body that is bytes already is sent as it is.
            bulkBody: options.compress ? gzip(body) : body,
          },
          {
            signal,
            maxRetries: 0,
            requestTimeout: options.timeoutMs,
            // The other kind of redaction copies the failed request key by key: for a body of bytes, byte by byte.
            redaction: { type: "remove" },
            headers: {
              "content-type": "application/vnd.elasticsearch+x-ndjson; compatible-with=8",
              ...(options.compress && { "content-encoding": "gzip" }),
            },
          },
        ),
      signal,
    );
    const outcomes = triage(answer, count);
    if (outcomes) return { kind: "answered", outcomes };
    const error = new AppError("ES_ODD_ANSWER", "the answer to a bulk does not fit its documents", {
      retryable: true,
      hint: "look for a proxy that answers in its place",
    });
    return { kind: "unsure", error };
  } catch (error) {
    signal.throwIfAborted();
    const app = error instanceof AppError ? error : unexpected(error);
    return { kind: triageFailure(app.code, statusOf(app), messageOf(app.cause)), error: app };
  }
}

/** Logs shrink to a tenth even at the cheapest level; a better one costs more time than it saves. */
function gzip(body: Buffer): Buffer {
  return gzipSync(body, { level: constants.Z_BEST_SPEED });
}

function unexpected(error: unknown): AppError {
  return new AppError("ES_CLIENT", `a bulk failed: ${messageOf(error)}`, {
    hint: "this is a mistake in Leafwatch",
    cause: error,
  });
}
