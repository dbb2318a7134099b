import { join } from "node:path";
import { parseArgs } from "node:util";
import { createClient } from "../../src/es/client.ts";
import { startElasticsearch } from "../../src/es/local.ts";
import { setup } from "../../src/es/templates.ts";
import { temporaryFolder } from "../../test/helpers/temporary-folder.ts";
import type { BenchResult } from "../bench.ts";
import { compiled } from "./compiled.ts";
import { median } from "./cpu.ts";
import { atRest, inOwnProcess, writeLog } from "./ship-run.ts";

const runs = 3;
const most = 4;

/**
 * How the rate grows with the number of shipper processes that share one namespace, each with the log of a host of its
 * own: `processes: [{ n, documents_per_second }]`, medians of three rounds in turns, every document counted in the end.
 * `--documents N` in all (default 600,000). Server and shippers share the machine, so its cores are soon the limit.
 */
export async function bench(argv: readonly string[]): Promise<BenchResult> {
  const { values } = parseArgs({ args: [...argv], options: { documents: { type: "string" } } });
  const documents = Number(values.documents ?? 600_000);
  const { signal } = new AbortController();
  await using folder = await temporaryFolder();
  await using reader = await compiled("scripts/bench/ship-reader.ts");
  await using server = await startElasticsearch({ heapMb: 2048 }, signal);
  const { url } = server;
  const client = createClient({ url });
  const counts = Array.from({ length: most }, (_, i) => i + 1);
  const logOf = (n: number, part: number) => join(folder.path, `access-${n}-${part}.log`);
  for (const n of counts) {
    const share = documents / n;
    for (let part = 0; part < n; part++) {
      await writeLog(logOf(n, part), Math.round(part * share), Math.round((part + 1) * share));
    }
  }

  /** Documents a second with `n` processes, from the start of all to the end of the last. */
  const rate = async (n: number, run: number) => {
    const namespace = `scale${n}run${run}`;
    await atRest(client);
    await setup(client, { namespace, retentionMs: 400 * 86_400_000 }, signal);
    const shipped = await Promise.all(
      Array.from({ length: n }, (_, part) =>
        inOwnProcess(reader.path, { url, namespace, path: logOf(n, part), host: `web${part + 1}` }),
      ),
    );
    const index = `logs-*-${namespace}`;
    await client.indices.refresh({ index });
    const { count } = await client.count({ index });
    if (count !== documents) throw new Error(`${count} documents of ${documents} lines`);
    const seconds = Math.max(...shipped.map((one) => one.seconds));
    process.stderr.write(`scale: ${n} in ${seconds.toFixed(1)} s\n`);
    return documents / seconds;
  };

  const rates = new Map(counts.map((n) => [n, [] as number[]]));
  // The first round is not counted: the server is warm only after it.
  for (let run = 0; run <= runs; run++) {
    for (const n of counts) {
      const found = await rate(n, run);
      if (run > 0) rates.get(n)?.push(found);
    }
  }
  await client.close();
  const processes = [...rates].map(([n, found]) => ({
    n,
    documents_per_second: Math.round(median(found)),
  }));
  return { documents, processes, runs };
}
