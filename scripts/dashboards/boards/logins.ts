import type { Board } from "../board.ts";
import { attempts, count, distinct, latest, top } from "../columns.ts";
import { heatmap, metric, search, series, table } from "../panels.ts";
import { failedLogins, logins as bothOutcomes, successfulLogins } from "../queries.ts";

/** Who logs in, who tries to, and what they do to accounts. */
export const logins: Board = {
  id: "leafwatch-logins",
  title: "Logins",
  description: "SSH and other logins, sudo and su, new users and groups",
  timeFrom: "now-7d",
  dataView: "leafwatch-logs",
  controls: ["host.name", "user.name", "source.ip"],
  rows: [
    [
      metric(attempts("Failed logins"), failedLogins),
      metric(attempts("Successful logins"), successfulLogins),
      metric(distinct("source.ip", "Sources of failures"), failedLogins),
      metric(
        distinct("user.name", "Unknown users tried"),
        'event.action: ssh_login and message: "invalid user"',
      ),
    ],
    [
      series("Logins by outcome", {
        query: bothOutcomes,
        value: attempts("Logins"),
        split: top("event.outcome", 3),
      }),
    ],
    [
      table("Top sources of failures", {
        query: failedLogins,
        rows: [top("source.ip", 20)],
        values: [
          attempts("Failures"),
          distinct("user.name", "Users"),
          distinct("host.name", "Hosts"),
          latest("@timestamp", "Last seen"),
        ],
        drilldown: { board: "leafwatch-web", name: "Requests from this address" },
      }),
      table("Users tried", {
        query: bothOutcomes,
        rows: [top("user.name", 20)],
        values: [
          attempts("Failures", "event.outcome: failure"),
          attempts("Successes", "event.outcome: success"),
          distinct("source.ip", "Sources"),
        ],
        drilldown: { board: "leafwatch-windows", name: "This user on Windows" },
      }),
    ],
    [
      heatmap("Failed logins by user and time", {
        query: failedLogins,
        rows: top("user.name", 10),
        value: attempts("Failures"),
      }),
    ],
    [
      table("sudo and su", {
        query:
          "(process.name: sudo and event.category: process) or (process.name: su* and event.action: logged-on)",
        rows: [top("process.name", 5), top("user.name", 20), top("user.effective.name", 10)],
        values: [count("Times"), distinct("host.name", "Hosts"), latest("@timestamp", "Last seen")],
      }),
      table("Users added, changed and removed", {
        query: "event.category: iam and not event.dataset: windows.security",
        rows: [top("event.action", 20, "Change"), top("user.name", 20), top("host.name", 20)],
        values: [count("Times"), latest("@timestamp", "Last seen")],
      }),
      table("Groups added, changed and removed", {
        query: "event.category: iam and not event.dataset: windows.security",
        rows: [top("event.action", 20, "Change"), top("group.name", 20), top("host.name", 20)],
        values: [count("Times"), latest("@timestamp", "Last seen")],
      }),
    ],
    [search("Logins and account changes", "leafwatch-search-logins")],
  ],
};
