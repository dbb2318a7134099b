import type { SavedSearch } from "./board.ts";
import { kuery } from "./lens.ts";
import { standing } from "./queries.ts";
import { savedObject, tagReference, type SavedObject } from "./saved-object.ts";

/** The saved searches: what an analyst opens in Discover, and the log tables of the boards. */
export const searches = [
  {
    id: "leafwatch-search-events",
    title: "All events",
    description: "Every line of every host, newest first",
    dataView: "leafwatch-logs",
    query: "",
    columns: ["host.name", "event.dataset", "source.ip", "user.name", "message"],
  },
  {
    id: "leafwatch-search-logins",
    title: "Logins and account changes",
    description: "Authentication, sessions, accounts and groups",
    dataView: "leafwatch-logs",
    query: "event.category: (authentication or iam or session)",
    columns: ["host.name", "event.action", "event.outcome", "user.name", "source.ip", "message"],
  },
  {
    id: "leafwatch-search-web-errors",
    title: "Web server error log",
    description: "What Apache and nginx wrote to their error logs",
    dataView: "leafwatch-logs",
    query: "event.dataset: (apache.error or nginx.error)",
    columns: ["host.name", "event.dataset", "log.level", "source.ip", "message"],
  },
  {
    id: "leafwatch-search-windows",
    title: "Windows security events",
    description: "The Security channel of the Windows hosts",
    dataView: "leafwatch-logs",
    query: "event.dataset: windows.security",
    columns: ["host.name", "event.code", "event.action", "event.outcome", "user.name", "source.ip"],
  },
  {
    id: "leafwatch-search-alerts",
    title: "Alerts",
    description: "Every alert as it stands now",
    dataView: "leafwatch-alerts",
    query: standing,
    columns: [
      "leafwatch.alert.level",
      "rule.id",
      "message",
      "leafwatch.alert.state",
      "leafwatch.alert.workflow",
      "leafwatch.alert.count",
      "leafwatch.alert.first_seen",
      "leafwatch.alert.last_seen",
    ],
  },
  {
    id: "leafwatch-search-alert-history",
    title: "Alert evidence and history",
    description: "Every step in the life of every alert, as Elastic Security sees it",
    dataView: "leafwatch-logs",
    query: "event.dataset: leafwatch.alert",
    columns: [
      "event.kind",
      "event.action",
      "rule.id",
      "host.name",
      "user.name",
      "source.ip",
      "message",
    ],
  },
  {
    id: "leafwatch-search-troubles",
    title: "Lines that were not understood or refused",
    description: "Lines that no parser took, and events that the cluster refused",
    dataView: "leafwatch-logs",
    query: "event.kind: pipeline_error or event.dataset: leafwatch.dead_letter",
    columns: ["host.name", "event.dataset", "log.file.path", "error.message", "event.original"],
  },
] as const satisfies readonly SavedSearch[];

/** The saved object of a search. */
export function searchObject(search: SavedSearch): SavedObject {
  const name = "kibanaSavedObjectMeta.searchSourceJSON.index";
  return savedObject(
    "search",
    search.id,
    {
      title: `[Leafwatch] ${search.title}`,
      description: search.description,
      columns: search.columns,
      sort: [["@timestamp", "desc"]],
      grid: {},
      hideChart: true,
      isTextBasedQuery: false,
      timeRestore: false,
      kibanaSavedObjectMeta: {
        searchSourceJSON: JSON.stringify({
          highlightAll: true,
          version: true,
          query: kuery(search.query),
          filter: [],
          indexRefName: name,
        }),
      },
    },
    [{ type: "index-pattern", id: search.dataView, name }, tagReference],
  );
}
