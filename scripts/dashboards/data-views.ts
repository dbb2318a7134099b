import type { DataViewId } from "./board.ts";
import { savedObject, tagId, type SavedObject } from "./saved-object.ts";

/** The namespace that the files are written for; `leafwatch setup` puts the configured one in its place. */
const namespace = "leafwatch";

/**
 * How Kibana shows values. URLs of logs stay text on purpose: a format that makes links of them would let an attacker
 * put something to click into an analyst's table. Only links that our own rules wrote become links.
 */
const formats = {
  "http.request.bytes": { id: "bytes" },
  "http.response.bytes": { id: "bytes" },
  "http.response.body.bytes": { id: "bytes" },
  "leafwatch.gap.bytes": { id: "bytes" },
  "leafwatch.delay_ms": {
    id: "duration",
    params: {
      inputFormat: "milliseconds",
      outputFormat: "humanizePrecise",
      outputPrecision: 1,
      useShortSuffix: true,
    },
  },
  "event.duration": {
    id: "duration",
    params: {
      inputFormat: "nanoseconds",
      outputFormat: "humanizePrecise",
      outputPrecision: 1,
      useShortSuffix: true,
    },
  },
  "rule.reference": { id: "url", params: { type: "a", openLinkInCurrentTab: false } },
  "threat.technique.reference": { id: "url", params: { type: "a", openLinkInCurrentTab: false } },
  // Numbers that name something: no thousands separator.
  "http.response.status_code": { id: "string" },
  "log.offset": { id: "string" },
  "process.pid": { id: "string" },
} as const;

/* ECS names stay as they are: analysts search by them. Only our own fields get words. */
const labels = {
  "leafwatch.attempts": { customLabel: "Login attempts" },
  "leafwatch.delay_ms": { customLabel: "Delay until stored" },
  "leafwatch.gap.bytes": { customLabel: "Bytes lost before reading" },
  "leafwatch.alert.id": { customLabel: "Alert ID" },
  "leafwatch.alert.state": { customLabel: "Alert state" },
  "leafwatch.alert.workflow": { customLabel: "Alert workflow" },
  "leafwatch.alert.count": { customLabel: "Alert count" },
  "leafwatch.alert.threshold": { customLabel: "Alert threshold" },
  "leafwatch.alert.first_seen": { customLabel: "First seen" },
  "leafwatch.alert.last_seen": { customLabel: "Last seen" },
  "leafwatch.alert.opened_at": { customLabel: "Opened at" },
} as const;

/** Our data views. They have ids of their own: Fleet owns `logs-*`. */
export const dataViews: readonly SavedObject[] = [
  dataView("leafwatch-logs", "Leafwatch logs", `logs-*-${namespace}`),
  dataView("leafwatch-alerts", "Leafwatch alerts", `leafwatch-alerts-${namespace}`),
];

/** The tag by which all of it is found in Kibana's lists. */
export const tag: SavedObject = savedObject("tag", tagId, {
  name: "Leafwatch",
  description: "Dashboards and searches that Leafwatch installed",
  color: "#4d8b31",
});

function dataView(id: DataViewId, name: string, title: string): SavedObject {
  return savedObject("index-pattern", id, {
    name,
    title,
    timeFieldName: "@timestamp",
    // The pattern may match nothing yet: setup runs before the first line is shipped.
    allowNoIndex: true,
    fieldFormatMap: JSON.stringify(formats),
    fieldAttrs: JSON.stringify(labels),
  });
}
