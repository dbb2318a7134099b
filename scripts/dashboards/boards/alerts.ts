import type { Board } from "../board.ts";
import { count, latest, top } from "../columns.ts";
import { metric, search, series, table } from "../panels.ts";
import { alertsThat, standing } from "../queries.ts";

const alertsOf = [count("Alerts"), latest("leafwatch.alert.last_seen", "Last seen")];

/** What the watcher found and what became of it. */
export const alerts: Board = {
  id: "leafwatch-alerts",
  title: "Alerts",
  description: "Alerts as they stand, by level, rule, host, user and address, with their history",
  timeFrom: "now-30d",
  dataView: "leafwatch-alerts",
  controls: ["rule.id", "host.name", "source.ip"],
  rows: [
    [
      metric(count("Open"), alertsThat("leafwatch.alert.workflow: open")),
      metric(count("Active now"), alertsThat("leafwatch.alert.state: active")),
      metric(count("Acknowledged"), alertsThat("leafwatch.alert.workflow: acknowledged")),
      metric(count("Closed"), alertsThat("leafwatch.alert.workflow: closed")),
    ],
    [
      series("Alerts by level", {
        query: standing,
        value: count("Alerts"),
        split: top("leafwatch.alert.level", 5),
      }),
      table("By rule", {
        query: standing,
        rows: [top("rule.id", 20), top("leafwatch.alert.level", 5)],
        values: alertsOf,
        width: 20,
      }),
    ],
    [
      table("By host", {
        query: standing,
        rows: [top("host.name", 20)],
        values: alertsOf,
        drilldown: { board: "leafwatch-overview", name: "Events of this host" },
      }),
      table("By user", {
        query: standing,
        rows: [top("user.name", 20)],
        values: alertsOf,
        drilldown: { board: "leafwatch-logins", name: "Logins of this user" },
      }),
      table("By address", {
        query: standing,
        rows: [top("source.ip", 20)],
        values: alertsOf,
        drilldown: { board: "leafwatch-logins", name: "Logins from this address" },
      }),
    ],
    [search("Alerts", "leafwatch-search-alerts")],
    [search("Evidence and history", "leafwatch-search-alert-history")],
  ],
};
