import type { Board } from "../board.ts";
import { classes, count, distinct, latest, top } from "../columns.ts";
import { donut, metric, search, series, table } from "../panels.ts";
import { answered, requests, serverErrors } from "../queries.ts";

/** What is asked of the web servers and what they answer. */
export const web: Board = {
  id: "leafwatch-web",
  title: "Web",
  description: "Requests, answers, errors and clients of Apache, nginx and IIS",
  timeFrom: "now-7d",
  dataView: "leafwatch-logs",
  controls: ["host.name", "url.path", "source.ip"],
  rows: [
    [
      metric(count("Requests"), requests),
      metric(count("401 Unauthorized"), answered(401)),
      metric(count("403 Forbidden"), answered(403)),
      metric(count("404 Not found"), answered(404)),
      metric(count("5xx Server errors"), serverErrors),
    ],
    [
      series("Share of status classes", {
        query: requests,
        value: count("Requests"),
        split: classes("Status", {
          "2xx": "http.response.status_code >= 200 and http.response.status_code < 300",
          "3xx": "http.response.status_code >= 300 and http.response.status_code < 400",
          "4xx": "http.response.status_code >= 400 and http.response.status_code < 500",
          "5xx": "http.response.status_code >= 500",
        }),
        shape: "bar_percentage_stacked",
      }),
      series("Requests by host", {
        query: requests,
        value: count("Requests"),
        split: top("host.name", 10),
      }),
    ],
    [
      table("Top 404 URLs", {
        query: answered(404),
        rows: [top("url.path", 20)],
        values: [count("Requests"), distinct("source.ip", "Clients")],
      }),
      table("Top 500 URLs", {
        query: serverErrors,
        rows: [top("url.path", 20), top("http.response.status_code", 5)],
        values: [count("Requests"), latest("@timestamp", "Last seen")],
      }),
    ],
    [
      table("Top clients", {
        query: requests,
        rows: [top("source.ip", 20)],
        values: [
          count("Requests"),
          count("Errors", "http.response.status_code >= 400"),
          distinct("url.path", "URLs"),
        ],
        drilldown: { board: "leafwatch-logins", name: "Logins from this address" },
      }),
      table("401 by user and address", {
        query: answered(401),
        rows: [top("user.name", 20), top("source.ip", 20)],
        values: [count("Requests"), latest("@timestamp", "Last seen")],
        drilldown: { board: "leafwatch-logins", name: "Logins of this user" },
      }),
    ],
    [
      donut("Methods", {
        query: requests,
        slices: top("http.request.method", 8),
        value: count("Requests"),
      }),
      donut("User agents", {
        query: requests,
        slices: top("user_agent.name", 10),
        value: count("Requests"),
      }),
      donut("Countries", {
        query: requests,
        slices: top("source.geo.country_name", 10),
        value: count("Requests"),
      }),
    ],
    [search("Error log", "leafwatch-search-web-errors")],
  ],
};
