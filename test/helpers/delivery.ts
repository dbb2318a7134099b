import type { Client } from "@elastic/elasticsearch";
import { silentLog } from "../../src/lib/log.ts";
import { createCheckpoints, type CheckpointOptions } from "../../src/ship/checkpoints.ts";
import { createDelivery, type Delivery } from "../../src/ship/delivery.ts";
import { createShipper, type Shipper } from "../../src/ship/shipper.ts";

/** What a process opens to ship with. Dispose it to end it as a kill would: nothing more is saved. */
export interface OpenDelivery extends Delivery<{ at: number }>, AsyncDisposable {
  readonly shipper: Shipper;
}

/** The delivery of the process `owner`, in bulks of 500. An unanswered bulk counts as alive for a second only. */
export function openDelivery(
  client: Client,
  namespace: string,
  owner = "a",
  options: CheckpointOptions = {},
): OpenDelivery {
  const limits = { documents: 500 };
  const shipper = createShipper({ client, namespace, log: silentLog, limits });
  const kept = { timeoutMs: 1000, ...options };
  const checkpoints = createCheckpoints<{ at: number }>(client, namespace, owner, kept);
  const dispose = () => shipper[Symbol.asyncDispose]();
  return { shipper, ...createDelivery(shipper, checkpoints), [Symbol.asyncDispose]: dispose };
}

/** `log.offset` of every document of `index`, in order. */
export async function storedOffsets(client: Client, index: string): Promise<number[]> {
  await client.indices.refresh({ index });
  const { hits } = await client.search<{ log?: { offset: number } }>({
    index,
    size: 10_000,
    _source: ["log.offset"],
  });
  return hits.hits.map(({ _source }) => _source?.log?.offset ?? -1).sort((a, b) => a - b);
}

/** The offsets of the first `count` events of `accessEvents`. */
export function offsetsUpTo(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n * 100);
}
