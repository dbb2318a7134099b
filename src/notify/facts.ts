import type { Alert, Rung, Transition } from "../model/alert.ts";
import { foreign } from "./foreign.ts";
import { hostOf } from "./subject.ts";
import { when } from "./when.ts";

/** Who, against whom, where, since when, how sure: label and value in reading order, without what is not known. */
export function facts(
  alert: Alert,
  transition: Transition,
  at: string,
  timezone: string,
): [string, string][] {
  const over = transition === "recovered" ? when(alert.recovered_at ?? at, timezone) : "";
  const rows: [string, string][] = [
    ["Who", who(alert)],
    [alert.rule.attack.length > 0 ? "Against" : "Users", users(alert)],
    ["Where", where(alert)],
    ["Since", when(alert.first_seen, timezone)],
    ["Last seen", alert.rule.kind === "silence" ? "" : when(alert.last_seen, timezone)],
    ["Over since", over],
    ["How sure", certainty(alert)],
  ];
  return rows.filter(([, value]) => value !== "");
}

const isPlace = (field: string) => /^(host|destination|server|url|service|event)\./.test(field);
const isUser = (field: string) => /^user\./.test(field);

function who(alert: Alert): string {
  const grouped = grouping(alert, (field) => !isPlace(field) && !isUser(field));
  return grouped || most(alert, "source.ip") || most(alert, "source.address");
}

function users(alert: Alert): string {
  return grouping(alert, isUser) || most(alert, "user.name");
}

function where(alert: Alert): string {
  const host = hostOf(alert);
  const named = host === undefined ? most(alert, "host.name") : `host ${foreign(host, 80)}`;
  const rest = grouping(alert, (field) => isPlace(field) && field !== "host.name");
  return [named, rest].filter(Boolean).join(", ");
}

/** The fields of the group that fit: `user root, user.domain EXAMPLE`. */
function grouping(alert: Alert, fits: (field: string) => boolean): string {
  return Object.entries(alert.group)
    .filter(([field]) => fits(field))
    .map(([field, value]) => `${fieldLabel(field)} ${foreign(String(value), 120)}`)
    .join(", ");
}

/** The most frequent values of a field; how many others there are is not known for sure. */
function most(alert: Alert, field: string): string {
  const values = alert.evidence.top[field] ?? [];
  const names = values
    .filter(({ value }) => value !== "")
    .slice(0, 3)
    .map(({ value }) => foreign(value, 60));
  const label = fieldLabel(field);
  if (names.length < 2) return names.map((name) => `${label} ${name}`).join("");
  return `${plural(label)} ${names.join(", ")}${values.length > names.length ? " and others" : ""}`;
}

function certainty(alert: Alert): string {
  const late = alert.late
    ? " It was found late: the logs came, or were judged, after the fact."
    : "";
  if (alert.rule.kind === "silence") {
    return `None has arrived. Whether the source or the way to it is down is not known.${late}`;
  }
  if (alert.expected) return `${unusualFor[alert.expected.rung]}${late}`;
  return `Counted event by event, not estimated.${late}`;
}

const unusualFor: Readonly<Record<Rung, string>> = {
  weekly:
    "A statistical finding: unusual for this hour of this weekday, which is not yet proof of an attack.",
  daily:
    "A statistical finding: unusual for this hour of the day, which is not yet proof of an attack.",
  scale:
    "A statistical finding: more than the days before let expect, which is not yet proof of an attack.",
  static: "Counted event by event; what is usual here is not known yet.",
};

/** `users` of `user`; a field without a plain word stays as it is. */
export function plural(label: string): string {
  if (label.includes(".")) return label;
  return /(s|sh|ch)$/.test(label) ? `${label}es` : `${label.replace(/y$/, "ie")}s`;
}

/** ECS names in plain words; what is not here is shown as it is. */
const labels: Readonly<Record<string, string>> = {
  "source.ip": "address",
  "source.address": "address",
  "source.geo.country_name": "country",
  "source.geo.country_iso_code": "country",
  "user.name": "user",
  "user.target.name": "target user",
  "host.name": "host",
  "url.path": "page",
  "url.domain": "site",
  "url.original": "request",
  "http.response.status_code": "HTTP status",
  "http.request.method": "HTTP method",
  "user_agent.name": "browser",
  "user_agent.original": "browser",
  "event.dataset": "log",
  "event.action": "action",
  "process.name": "program",
};

/** An ECS field in plain words, where there are some. */
export function fieldLabel(field: string): string {
  return labels[field] ?? field;
}
