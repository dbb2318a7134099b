import { retry } from "../../src/lib/backoff.ts";
import { wrap } from "../../src/es/errors.ts";

/**
 * Asks Elasticsearch again where that may help: a data stream that has just come into being has no shard to search
 * for a moment.
 *
 * @throws what `wrap` throws.
 */
export function patiently<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return retry(() => wrap(call, signal), { minMs: 500, maxMs: 4_000, attempts: 8 }, signal);
}
