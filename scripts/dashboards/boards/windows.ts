import type { Board } from "../board.ts";
import { attempts, classes, count, distinct, latest, top } from "../columns.ts";
import { donut, metric, search, series, table } from "../panels.ts";
import { eventCode, windows as windowsEvents } from "../queries.ts";

const logons = eventCode("(4624 or 4625)");

/** The Security log of the Windows hosts. */
export const windows: Board = {
  id: "leafwatch-windows",
  title: "Windows",
  description: "Logons, lockouts, privileges, and changes to accounts, groups and the log itself",
  timeFrom: "now-7d",
  dataView: "leafwatch-logs",
  controls: ["host.name", "user.name", "source.ip"],
  rows: [
    [
      metric(count("Logons (4624)"), eventCode("4624")),
      metric(count("Failed logons (4625)"), eventCode("4625")),
      metric(count("Lockouts (4740)"), eventCode("4740")),
      metric(count("Special privileges (4672)"), eventCode("4672")),
    ],
    [
      series("Logons and failures", {
        query: logons,
        value: attempts("Logons"),
        split: classes("Outcome", { success: "event.code: 4624", failure: "event.code: 4625" }),
      }),
      donut("Logon types", {
        query: logons,
        slices: top("winlog.logon.type", 10),
        value: count("Logons"),
      }),
    ],
    [
      table("Accounts that failed", {
        query: eventCode("4625"),
        rows: [top("user.name", 20)],
        values: [
          attempts("Failures"),
          distinct("source.ip", "Sources"),
          distinct("host.name", "Hosts"),
          latest("@timestamp", "Last seen"),
        ],
        drilldown: { board: "leafwatch-logins", name: "All logins of this user" },
      }),
      table("Sources of failures", {
        query: eventCode("4625"),
        rows: [top("source.ip", 20)],
        values: [attempts("Failures"), distinct("user.name", "Users")],
        drilldown: { board: "leafwatch-logins", name: "All logins from this address" },
      }),
    ],
    [
      series("Failures by account", {
        query: eventCode("4625"),
        value: attempts("Failures"),
        split: top("user.name", 10),
      }),
      table("Lockouts", {
        query: eventCode("4740"),
        rows: [top("user.target.name", 20), top("host.name", 20)],
        values: [count("Times"), latest("@timestamp", "Last seen")],
      }),
    ],
    [
      table("Account changes", {
        query: `${windowsEvents} and event.category: iam and event.type: user`,
        rows: [
          top("event.action", 20, "Change"),
          top("user.target.name", 20),
          top("user.name", 20, "Changed by"),
        ],
        values: [count("Times"), latest("@timestamp", "Last seen")],
      }),
      table("Group changes", {
        query: `${windowsEvents} and event.category: iam and event.type: group`,
        rows: [
          top("event.action", 20, "Change"),
          top("group.name", 20),
          top("user.name", 20, "Changed by"),
        ],
        values: [count("Times"), latest("@timestamp", "Last seen")],
      }),
      table("Log cleared", {
        query: eventCode("1102"),
        rows: [top("host.name", 20), top("user.name", 20)],
        values: [count("Times"), latest("@timestamp", "Last seen")],
      }),
    ],
    [search("Security events", "leafwatch-search-windows")],
  ],
};
