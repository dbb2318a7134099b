import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { constants, gzip as gzipWith, type ZlibOptions } from "node:zlib";
import type { Client } from "@elastic/elasticsearch";
import { answerError, statusOf, wrap } from "../es/errors.ts";
import { AppError, messageOf } from "../lib/errors.ts";
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
      () => request(client, body, options, signal),
      signal,
      () => placesOf(client),
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

/** What redaction takes from a bulk's errors: the addresses of the nodes, without credentials. */
function placesOf({ connectionPool }: Client): string {
  return connectionPool.connections.map(({ url }) => url.origin).join(" or ");
}

/** The answer's bytes. As a stream, because the client would make thousands of objects of it that are looked at once. */
async function request(
  client: Client,
  body: Buffer,
  { compress, timeoutMs }: { compress: boolean; timeoutMs: number },
  signal: AbortSignal,
): Promise<Buffer> {
  // The client's time-out ends with the answer's head.
  const late = AbortSignal.timeout(timeoutMs);
  const answer = await client.transport.request<Readable>(
    {
      method: "POST",
      path: "/_bulk",
      querystring: {
        timeout: "15s",
        // Without our template an ordinary index would come into being.
        require_data_stream: true,
        filter_path: "errors,items.*._index,items.*.status,items.*.error",
      },
      // A body that is bytes already is sent as it is.
      bulkBody: compress ? await gzip(body) : body,
    },
    {
      signal,
      asStream: true,
      meta: true,
      maxRetries: 0,
      requestTimeout: timeoutMs,
      // The other kind of redaction copies the failed request key by key: for a body of bytes, byte by byte.
      redaction: { type: "remove" },
      headers: {
        "content-type": "application/vnd.elasticsearch+x-ndjson; compatible-with=8",
        ...(compress && { "content-encoding": "gzip" }),
      },
    },
  );
  const bytes = await bytesOf(answer.body, late);
  if (answer.statusCode >= 400)
    throw answerError(answer.statusCode, bytes.toString(), answer.meta.connection);
  return bytes;
}

async function bytesOf(body: Readable, late: AbortSignal): Promise<Buffer> {
  const stop = () => body.destroy(new Error("no end of it in time"));
  late.addEventListener("abort", stop);
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of body) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  } catch (cause) {
    throw new AppError("ES_ODD_ANSWER", `the answer to a bulk broke off: ${messageOf(cause)}`, {
      retryable: true,
      hint: "look at the network and at any proxy on the way",
      cause,
    });
  } finally {
    late.removeEventListener("abort", stop);
  }
}

const inThread = promisify<Buffer, ZlibOptions, Buffer>(gzipWith);

/** In a thread of its own. Logs shrink to a tenth even at the cheapest level; a better one costs more than it saves. */
function gzip(body: Buffer): Promise<Buffer> {
  return inThread(body, { level: constants.Z_BEST_SPEED });
}

function unexpected(error: unknown): AppError {
  return new AppError("ES_CLIENT", `a bulk failed: ${messageOf(error)}`, {
    hint: "this is a mistake in Leafwatch",
    cause: error,
  });
}
