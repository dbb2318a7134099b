import type { Client } from "@elastic/elasticsearch";
import { wrap } from "./errors.ts";

/** How far our clock is from the cluster's. Milliseconds. */
export interface ClockOffset {
  /** Positive when ours is ahead. */
  offsetMs: number;
  /** The true offset lies within so much of it. */
  errorMs: number;
}

/** A slow answer says little: the best of so many is taken. */
const samples = 3;
const goodEnoughMs = 500;

/**
 * Compares `clock` (ours) with that of the node that answers. Its own time comes with its statistics; Elasticsearch
 * sends no `Date` header (8.19, 9.x), a proxy before it does, and that is what is left without the privilege `monitor`.
 * Undefined where neither is there.
 */
export async function clockOffset(
  client: Client,
  signal: AbortSignal,
  clock: () => number = Date.now,
): Promise<ClockOffset | undefined> {
  let best: ClockOffset | undefined;
  for (let sample = 0; sample < samples; sample++) {
    const before = clock();
    const answer = await wrap(
      () =>
        client.nodes.stats(
          { node_id: "_local", metric: "process", filter_path: "nodes.*.timestamp" },
          { signal, meta: true, ignore: [400, 403, 404, 405] },
        ),
      signal,
    );
    const after = clock();
    const halfMs = (after - before) / 2;
    const theirs = timeOf(answer.body, answer.headers);
    if (!theirs) return undefined;
    const found = {
      offsetMs: before + halfMs - theirs.at,
      errorMs: Math.abs(halfMs) + theirs.errorMs,
    };
    if (!best || found.errorMs < best.errorMs) best = found;
    if (best.errorMs <= goodEnoughMs) break;
  }
  return best;
}

function timeOf(
  body: unknown,
  headers: Record<string, unknown> | null,
): { at: number; errorMs: number } | undefined {
  // A cast: each level is looked at before it is used.
  const { nodes } = body as { nodes?: Record<string, { timestamp?: unknown }> };
  const stamp = Object.values(nodes ?? {})[0]?.timestamp;
  if (typeof stamp === "number") return { at: stamp, errorMs: 0 };
  const date = Date.parse(String(headers?.["date"]));
  // Whole seconds, cut off: on average half a second early.
  return Number.isNaN(date) ? undefined : { at: date + 500, errorMs: 500 };
}
