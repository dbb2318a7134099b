import { lineSplitter } from "../../src/collect/lines.ts";
import { createEnricher, type Enricher } from "../../src/enrich/enricher.ts";
import { enrichOptions } from "../../src/enrich/options.ts";
import { createLineParser } from "../../src/parse/line-parser.ts";
import { formatOf } from "../../src/parse/registry.ts";
import { utc } from "../../src/parse/zone.ts";
import { bulkBody, prepareDocument, release } from "../../src/ship/document.ts";
import { hostileLine, hostileLines } from "../../test/helpers/hostile.ts";
import type { BenchResult } from "../bench.ts";
import { median } from "./cpu.ts";
import { parseLines, type MakeLine } from "./parse-lines.ts";

const runs = 7;
/** Passes before the first that counts: a shipper runs for weeks, its code is compiled in the first second. */
const warmUps = 3;
const lineCount = 20_000;
const chunkBytes = 256 * 1024;
const readAt = Date.parse("2026-11-22T23:59:59Z");

/**
 * Bytes of a log in, action lines and documents of a bulk out (split, parse, normalise, name, serialise), CPU time of
 * this one thread; and how the time for the worst hostile lines grows from 100 KiB to 1 MiB.
 */
export async function bench(): Promise<BenchResult> {
  await using enricher = await createEnricher(enrichOptions.parse({}));
  const perLine: Record<string, number> = {};
  for (const [name, make] of Object.entries(parseLines)) {
    perLine[name] = measure(name, make);
    say(`${name}: ${perLine[name]} us a line`);
  }
  const access = parseLines["apache.access"];
  if (access) {
    perLine["apache.access+enrich"] = measure("apache.access", access, enricher);
    say(`apache.access+enrich: ${perLine["apache.access+enrich"]} us a line`);
  }
  return { us_per_line: perLine, growth_at_10x: worstGrowth(), runs };
}

function measure(name: string, make: MakeLine, enricher?: Enricher): number {
  const bytes = Buffer.from(Array.from({ length: lineCount }, (_, i) => `${make(i)}\n`).join(""));
  for (let i = 0; i < warmUps; i++) pass(name, bytes, enricher);
  const times = Array.from({ length: runs }, () =>
    cpuMicroseconds(() => pass(name, bytes, enricher)),
  );
  return Number((median(times) / lineCount).toFixed(2));
}

/** The whole way of a log: as the shipper goes it, but for the network. @returns bytes of the bulks. */
function pass(name: string, bytes: Buffer, enricher?: Enricher): number {
  const splitter = lineSplitter(0, { encoding: "utf8", maxBytes: 1 << 20 });
  const parser = parserOf(name);
  let size = 0;
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const documents = [];
    for (const line of splitter.push(bytes.subarray(at, at + chunkBytes))) {
      const event = parser.parse(line, readAt);
      if (!event) continue;
      enricher?.enrich(event);
      documents.push(prepareDocument(event, "1a2b3c4d5e6f7", line.offset, "bench"));
    }
    size += bulkBody(documents, readAt).length;
    for (const document of documents) release(document);
  }
  return size;
}

function parserOf(name: string) {
  const format = formatOf(name);
  if (!format) throw new Error(`there is no format ${name}`);
  return createLineParser(format.create({}), {
    dataset: name,
    namespace: "bench",
    host: "web1",
    path: "/var/log/bench.log",
    zone: utc,
    version: "0.0.0",
  });
}

/** Time for a tenfold line by the time for the line: 10 is linear. The largest of all kinds of hostile lines. */
function worstGrowth(): number {
  let worst = 0;
  for (const [name, patterns] of Object.entries(hostileLines)) {
    for (const pattern of patterns) {
      const small = timeOf(name, hostileLine(pattern, 104_858));
      const large = timeOf(name, hostileLine(pattern, 1_048_576));
      // Below two milliseconds for 1 MiB nothing can be other than linear, and the clock measures itself.
      const growth = large < 2000 ? 1 : large / small;
      if (growth > worst) {
        worst = growth;
        say(`growth ${growth.toFixed(1)}: ${name} ${JSON.stringify(pattern)}`);
      }
    }
  }
  return Number(worst.toFixed(1));
}

/** CPU microseconds for one line, the smallest of several rounds: hiccups of the machine only ever add. */
function timeOf(name: string, text: string): number {
  const parser = parserOf(name);
  const rounds = Array.from({ length: 7 }, () => {
    const repeat = text.length < 500_000 ? 10 : 1;
    const work = () => {
      for (let i = 0; i < repeat; i++) parser.parse({ text, offset: 0 }, readAt);
    };
    return cpuMicroseconds(work) / repeat;
  });
  return Math.min(...rounds);
}

function cpuMicroseconds(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
