import type { Board } from "../board.ts";
import { count, distinct, latest, median, percentile, perMinute, top } from "../columns.ts";
import { metric, search, series, table } from "../panels.ts";
import { deadLetters, fromHosts, unparsed } from "../queries.ts";

/** Whether the logs arrive: the health of Leafwatch itself. */
export const pipeline: Board = {
  id: "leafwatch-pipeline",
  title: "Pipeline",
  description: "Last event of every source, delay, lines not understood, events refused",
  timeFrom: "now-24h",
  dataView: "leafwatch-logs",
  controls: ["host.name", "event.dataset"],
  rows: [
    [
      metric(distinct("host.name", "Hosts reporting")),
      metric(latest("event.ingested", "Last event stored")),
      metric(percentile("leafwatch.delay_ms", 95, "Delay, 95th percentile")),
      metric(count("Lines not parsed"), unparsed),
      metric(count("Dead letters"), deadLetters),
    ],
    [
      series("Events a minute", {
        value: perMinute("Events a minute"),
        split: top("host.name", 12),
      }),
      series("Delay until stored", {
        value: percentile("leafwatch.delay_ms", 95, "95th percentile"),
        split: top("host.name", 12),
        shape: "line",
      }),
    ],
    [
      table("Last event by host and source", {
        query: fromHosts,
        rows: [top("host.name", 50), top("event.dataset", 20)],
        values: [
          latest("@timestamp", "Last event"),
          latest("event.ingested", "Last stored"),
          count("Events"),
          median("leafwatch.delay_ms", "Delay, median"),
        ],
        drilldown: { board: "leafwatch-overview", name: "Events of this source" },
      }),
      table("Lines not parsed, by file", {
        query: unparsed,
        rows: [top("host.name", 20), top("event.dataset", 20), top("log.file.path", 20)],
        values: [count("Lines"), latest("@timestamp", "Last seen")],
      }),
    ],
    [search("Lines that were not understood or refused", "leafwatch-search-troubles")],
  ],
};
