import { fork } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createClient } from "../../src/es/client.ts";
import { startElasticsearch } from "../../src/es/local.ts";
import { setup } from "../../src/es/templates.ts";
import { createLineParser } from "../../src/parse/line-parser.ts";
import { formatOf } from "../../src/parse/registry.ts";
import { utc } from "../../src/parse/zone.ts";
import { bulkBody, prepareDocument } from "../../src/ship/document.ts";
import type { BenchResult } from "../bench.ts";
import { median } from "./cpu.ts";
import { parseLines } from "./parse-lines.ts";
import type { Shipped } from "./ship-reader.ts";

const runs = 3;
/** Bodies of the ceiling lie ready in memory, so it sends fewer. */
const ceilingDocuments = 200_000;
const bulkDocuments = 4000;

/**
 * Apache lines from disk into a server of our own (2 GB heap), against the rate at which the same server takes the same
 * documents from a client that only sends what lies ready. `--documents N`, a million where left out.
 */
export async function bench(argv: readonly string[]): Promise<BenchResult> {
  const documents = Number(argv[argv.indexOf("--documents") + 1] ?? NaN) || 1_000_000;
  const { signal } = new AbortController();
  const folder = await mkdtemp(join(tmpdir(), "leafwatch-bench-"));
  const path = join(folder, "access.log");
  const say = (text: string) => process.stderr.write(`ship: ${text}\n`);
  try {
    await pipeline(Readable.from(fileOf(documents)), createWriteStream(path));
    await using server = await startElasticsearch({ heapMb: 2048 }, signal);
    const client = createClient({ url: server.url });
    const shipped: Shipped[] = [];
    const ceilings: number[] = [];
    for (let run = 0; run < runs; run++) {
      const names = { ship: `ship${run}`, ceiling: `ceiling${run}` };
      for (const namespace of Object.values(names)) {
        await setup(client, { namespace, retentionMs: 400 * 86_400_000 }, signal);
      }
      ceilings.push(
        await ceiling(server.url, names.ceiling, Math.min(documents, ceilingDocuments)),
      );
      shipped.push(await inOwnProcess({ url: server.url, namespace: names.ship, path }));
      say(`run ${run + 1}: ${JSON.stringify({ ceiling: ceilings.at(-1), ...shipped.at(-1) })}`);
    }
    await client.close();
    const rate = median(shipped.map((one) => one.documents / one.seconds));
    const most = median(ceilings);
    return {
      runs,
      documents,
      documents_per_second: Math.round(rate),
      ceiling_documents_per_second: Math.round(most),
      of_ceiling: Number((rate / most).toFixed(2)),
      cpu_us_per_document: Number(median(shipped.map((one) => one.cpuUsPerDocument)).toFixed(1)),
      rss_mb: Math.round(median(shipped.map((one) => one.rssMb))),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function* fileOf(documents: number): Generator<string> {
  for (let from = 0; from < documents; from += 1000) {
    let some = "";
    for (let i = from; i < Math.min(documents, from + 1000); i++) some += `${lineOf(i)}\n`;
    yield some;
  }
}

function lineOf(i: number): string {
  return parseLines["apache.access"]?.(i) ?? "";
}

function inOwnProcess(task: object): Promise<Shipped> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL("ship-reader.ts", import.meta.url), {
      execArgv: ["--import", "tsx"],
    });
    child.once("message", (shipped) => {
      // Our own message, see ship-reader.ts.
      resolve(shipped as Shipped);
      child.kill();
    });
    child.once("error", reject).once("exit", () => {
      reject(new Error("the shipper ended without a result"));
    });
    child.send(task);
  });
}

/** Documents a second that the server takes from three connections with bodies that lie ready. */
async function ceiling(url: string, namespace: string, documents: number): Promise<number> {
  const format = formatOf("apache.access");
  if (!format) throw new TypeError("apache.access is a format");
  const facts = {
    dataset: "apache.access",
    namespace,
    host: "web1",
    path: "/x",
    zone: utc,
    version: "0",
  };
  const parser = createLineParser(format.create({}), facts);
  const bodies: Buffer[] = [];
  for (let from = 0; from < documents; from += bulkDocuments) {
    const prepared = Array.from({ length: Math.min(bulkDocuments, documents - from) }, (_, n) => {
      const event = parser.parse({ text: lineOf(from + n), offset: (from + n) * 200 }, Date.now());
      if (!event) throw new TypeError("every line is an event");
      return prepareDocument(event, "3w5e11264sgsf", (from + n) * 200, namespace);
    });
    bodies.push(bulkBody(prepared, Date.now()));
  }
  const agent = new http.Agent({ keepAlive: true, maxSockets: 3 });
  const begun = performance.now();
  const sender = async () => {
    for (let body = bodies.pop(); body; body = bodies.pop()) await post(url, agent, body);
  };
  await Promise.all([sender(), sender(), sender()]);
  agent.destroy();
  return documents / ((performance.now() - begun) / 1000);
}

function post(url: string, agent: http.Agent, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      `${url}/_bulk?filter_path=errors`,
      {
        method: "POST",
        agent,
        headers: { "content-type": "application/x-ndjson", "content-length": body.length },
      },
      (answer) => {
        let text = "";
        answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
        answer.on("end", () => {
          if (text.includes('"errors":false')) resolve();
          else reject(new Error(`the ceiling's bulk failed: ${text.slice(0, 300)}`));
        });
      },
    );
    request.on("error", reject).end(body);
  });
}
