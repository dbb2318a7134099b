import type { Alert } from "./alert.ts";
import { severityOf } from "./alert.ts";
import { ecsVersion } from "./ecs.ts";

/** A document of `leafwatch-alerts-<namespace>`: ECS, so that Kibana and `alerts list --json` show it as it is. */
export interface AlertDocument {
  "@timestamp": string;
  ecs: { version: string };
  message: string;
  event: {
    kind: "alert" | "event";
    module: string;
    dataset: string;
    severity: number;
    risk_score: number;
    start: string;
    end: string;
    [field: string]: unknown;
  };
  rule: { id: string; name: string; version: string; category: string };
  threat?: { framework: "MITRE ATT&CK"; technique: { id: string[] } };
  related?: Record<string, string[]>;
  leafwatch: { alert: AlertFields };
  /** The group's own fields, nested as ECS has them (`source: { ip }`). */
  [group: string]: unknown;
}

type AlertFields = Omit<Alert, "rule"> & {
  level: Alert["rule"]["level"];
  tags?: string[];
  respond?: string;
  title: string;
};

/** Queries for alerts that do not stand: parts of others, and those found never to have been. */
export const notStanding = [
  { exists: { field: "leafwatch.alert.merged_into" } },
  { term: { "leafwatch.alert.withdrawn": true } },
] as const;

/** The alert as it is indexed. */
export function alertDocument(alert: Alert): AlertDocument {
  const { rule, ...rest } = alert;
  const severity = severityOf[rule.level];
  return {
    "@timestamp": alert.opened_at,
    ...nest(alert.group),
    ecs: { version: ecsVersion },
    message: alert.summary,
    event: {
      module: "leafwatch",
      dataset: "leafwatch.alert",
      // A group may be made of event.* fields: its own value stands.
      ...(nest(alert.group)["event"] as Record<string, unknown> | undefined),
      kind: "alert",
      severity,
      risk_score: severity,
      start: alert.first_seen,
      end: alert.last_seen,
    },
    rule: { id: rule.id, name: rule.name ?? rule.title, version: rule.hash, category: rule.kind },
    ...(rule.attack.length > 0
      ? { threat: { framework: "MITRE ATT&CK" as const, technique: { id: rule.attack } } }
      : {}),
    ...related(alert.group),
    leafwatch: {
      alert: {
        ...rest,
        title: rule.title,
        level: rule.level,
        ...(rule.tags && rule.tags.length > 0 ? { tags: rule.tags } : {}),
        ...(rule.respond === undefined ? {} : { respond: rule.respond }),
      },
    },
  };
}

/** The alert that a document holds: the inverse of `alertDocument`. */
export function alertOf(document: AlertDocument): Alert {
  const { level, tags, respond, title, ...rest } = document.leafwatch.alert;
  return {
    ...rest,
    rule: {
      id: document.rule.id,
      hash: document.rule.version,
      name: document.rule.name,
      title,
      level,
      kind: document.rule.category,
      attack: document.threat?.technique.id ?? [],
      ...(tags ? { tags } : {}),
      ...(respond === undefined ? {} : { respond }),
    },
  };
}

/** `{ "source.ip": "…" }` as `{ source: { ip: "…" } }`. */
export function nest(flat: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(flat)) {
    const keys = path.split(".");
    const last = keys.pop() ?? path;
    let node = root;
    for (const key of keys) {
      const inner = node[key];
      const next = inner !== null && typeof inner === "object" ? inner : {};
      node[key] = next;
      node = next as Record<string, unknown>;
    }
    node[last] = value;
  }
  return root;
}

/** `related.*` of the group's fields: addresses, users, hosts. */
function related(group: Alert["group"]): { related?: Record<string, string[]> } {
  const found: Record<string, string[]> = {};
  for (const [field, value] of Object.entries(group)) {
    const kind = /\.ip$/.test(field)
      ? "ip"
      : /^user\.(.*\.)?name$/.test(field)
        ? "user"
        : /^(host\.(host)?name|.*\.domain)$/.test(field)
          ? "hosts"
          : undefined;
    if (kind) found[kind] = [...new Set([...(found[kind] ?? []), String(value)])];
  }
  return Object.keys(found).length > 0 ? { related: found } : {};
}
