/** Makes one report in a process of its own, so that its memory can be told; prints what it took as JSON. */
import { Client } from "@elastic/elasticsearch";
import { buildReport } from "../../src/report/build.ts";
import { renderPdf } from "../../src/report/pdf.ts";
import { parseWeek } from "../../src/report/week.ts";
import { peakRssBytes } from "./cpu.ts";

const [node = "", namespace = "", week = ""] = process.argv.slice(2);
const client = new Client({ node });
const started = performance.now();
const report = await buildReport(
  {
    client,
    namespace,
    week: parseWeek(week, "Europe/London"),
    now: new Date("2026-11-23T08:00:00Z"),
  },
  new AbortController().signal,
);
const counted = performance.now();
const pdf = await renderPdf(report);
process.stdout.write(
  `${JSON.stringify({
    events: report.sources.events,
    count_seconds: (counted - started) / 1000,
    report_seconds: (performance.now() - started) / 1000,
    rss_mb: Math.round(peakRssBytes() / 1e6),
    pdf_bytes: pdf.length,
  })}\n`,
);
await client.close();
