import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { Client } from "@elastic/elasticsearch";
import { startElasticsearch } from "../../src/es/local.ts";
import type { BenchResult } from "../bench.ts";
import { median } from "./cpu.ts";
import { fillWeek } from "./report-week.ts";

const runs = 3;
const once = fileURLToPath(new URL("report-once.ts", import.meta.url));
const run = promisify(execFile);

interface Taken {
  events: number;
  count_seconds: number;
  report_seconds: number;
  rss_mb: number;
  pdf_bytes: number;
}

/**
 * The report of a week of 10 M events over 50 hosts (`--events N` for fewer), from the first search to the last byte
 * of the PDF, each time in a new process. `seconds` is the median of three, without the filling.
 */
export async function bench(argv: readonly string[]): Promise<BenchResult> {
  const { values } = parseArgs({ args: [...argv], options: { events: { type: "string" } } });
  const events = Number(values.events ?? 10_000_000);
  const signal = new AbortController().signal;
  const given = process.env["ELASTICSEARCH_URL"];
  await using own = given ? undefined : await startElasticsearch({}, signal);
  const url = given ?? own?.url ?? "";
  const client = new Client({ node: url });
  const namespace = `bench${Date.now().toString(36)}`;
  let told = 0;
  await fillWeek(client, namespace, events, (done) => {
    if (done - told < events / 20) return;
    told = done;
    process.stderr.write(`report: ${done} of ${events} events stored\n`);
  });
  await client.close();
  const taken: Taken[] = [];
  for (let n = 0; n < runs; n++) {
    const args = ["--import", "tsx", once, url, namespace, "2026-W47"];
    const { stdout } = await run(process.execPath, args);
    const one = JSON.parse(stdout) as Taken;
    process.stderr.write(`report: ${one.report_seconds.toFixed(1)} s, ${one.rss_mb} MB\n`);
    taken.push(one);
  }
  const of = (key: keyof Taken) => median(taken.map((one) => one[key]));
  return {
    events: of("events"),
    count_seconds: of("count_seconds"),
    seconds: of("report_seconds"),
    rss_mb: Math.max(...taken.map((one) => one.rss_mb)),
    pdf_bytes: of("pdf_bytes"),
    runs,
  };
}
