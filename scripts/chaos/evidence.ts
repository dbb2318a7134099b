import type { Client } from "@elastic/elasticsearch";
import { cp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Difference } from "./compare.ts";

/**
 * Keeps what tells how a run failed: its `folder` (log files as they are now, the shippers' own log), `difference.json`
 * and `checkpoints.json`, how far each stream was read. Returns where.
 */
export async function keepEvidence(
  client: Client,
  namespace: string,
  folder: string,
  difference: Omit<Difference, "documents">,
): Promise<string> {
  const kept = join(tmpdir(), `leafwatch-${namespace}`);
  await cp(folder, kept, { recursive: true });
  const index = `leafwatch-checkpoints-${namespace}`;
  const { hits } = await client.search({ index, size: 1000 });
  const told = { "difference.json": difference, "checkpoints.json": hits.hits };
  for (const [name, value] of Object.entries(told)) {
    await writeFile(join(kept, name), `${JSON.stringify(value, undefined, 1)}\n`);
  }
  return kept;
}
