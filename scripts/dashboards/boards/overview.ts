import type { Board } from "../board.ts";
import { attempts, count, distinct, latest, top } from "../columns.ts";
import { metric, search, series, table } from "../panels.ts";
import { alertsThat, failedLogins, fromHosts, logins, requests, serverErrors } from "../queries.ts";

/** The first page: is everything there, and does anything need a look? */
export const overview: Board = {
  id: "leafwatch-overview",
  title: "Overview",
  description: "Events, hosts, failed logins, server errors and alerts at a glance",
  timeFrom: "now-24h",
  dataView: "leafwatch-logs",
  controls: ["host.name", "event.dataset"],
  rows: [
    [
      metric(count("Events"), fromHosts),
      metric(distinct("host.name", "Hosts reporting")),
      metric(attempts("Failed logins"), failedLogins),
      metric(count("HTTP 5xx"), serverErrors),
      {
        ...metric(count("Open alerts"), alertsThat("leafwatch.alert.workflow: open")),
        dataView: "leafwatch-alerts",
      },
    ],
    [
      series("Events by dataset", {
        query: fromHosts,
        value: count(),
        split: top("event.dataset", 12),
      }),
    ],
    [
      series("Logins by outcome", {
        query: logins,
        value: attempts("Logins"),
        split: top("event.outcome", 3),
      }),
      series("HTTP errors by status", {
        query: `${requests} and http.response.status_code >= 400`,
        value: count("Requests"),
        split: top("http.response.status_code", 8),
      }),
    ],
    [
      table("Top hosts", {
        rows: [top("host.name", 20)],
        values: [
          count("Events"),
          attempts("Failed logins", failedLogins),
          count("HTTP 5xx", serverErrors),
          latest("@timestamp", "Last event"),
        ],
        drilldown: { board: "leafwatch-logins", name: "Logins on this host" },
      }),
      table("Top source addresses", {
        rows: [top("source.ip", 20)],
        values: [
          count("Events"),
          attempts("Failed logins", failedLogins),
          count("HTTP errors", `${requests} and http.response.status_code >= 400`),
          distinct("host.name", "Hosts"),
        ],
        drilldown: { board: "leafwatch-web", name: "Requests from this address" },
      }),
    ],
    [search("Latest alerts", "leafwatch-search-alerts")],
    [search("Latest events", "leafwatch-search-events")],
  ],
};
