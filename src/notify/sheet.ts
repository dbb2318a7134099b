import { formatDuration } from "../lib/duration.ts";
import { techniqueName } from "../model/attack-techniques.ts";
import type { Alert, Transition } from "../model/alert.ts";
import type { History, Notification } from "../model/notification.ts";
import { foreign } from "./foreign.ts";
import { figure, fill, hostOf } from "./subject.ts";
import { amount, count, percent, shortWhen, spell, when } from "./when.ts";

/**
 * What a reader is told of one transition of one alert: the one model behind text, HTML and chat messages. Every
 * string is ready to be shown (only HTML still has to escape it).
 */
export interface Sheet {
  readonly title: string;
  /** `It is over.` and the like; empty for a plain first message. */
  readonly opening: string;
  /** How much, against what limit: `14 in 5 minutes; the limit is 10.` */
  readonly lead: string;
  /** The same as figures with their captions. */
  readonly figures: readonly (readonly [string, string])[];
  /** Label and value, in reading order: who, against whom, where, since when, how sure … */
  readonly facts: readonly (readonly [string, string])[];
  readonly tops: readonly Top[];
  readonly lines: readonly { when: string; host: string; text: string }[];
  /** `T1110.001 Brute Force: Password Guessing`. */
  readonly techniques: readonly string[];
  readonly respond?: string;
  /** Shell command that says "I have seen this". */
  readonly acknowledge: string;
  /** The alert's events in Kibana. */
  readonly discover?: string;
  readonly history?: History;
  readonly zone: string;
}

export interface Top {
  readonly label: string;
  readonly entries: readonly { value: string; count: string; share: number }[];
}

export interface SheetContext {
  /** IANA name: whose clock the readers live by. */
  readonly timezone: string;
  readonly discover?: (alert: Alert) => string | undefined;
}

/** Puts an alert into words. */
export function describe(
  { alert, transition, at }: Notification,
  context: SheetContext,
  history?: History,
): Sheet {
  const { timezone } = context;
  const shown = (field: string) => {
    const value = alert.group[field];
    return value === undefined ? undefined : foreign(String(value), 80);
  };
  const title = fill(alert.rule.title, (name) => figure(alert, name) ?? shown(name) ?? `{${name}}`);
  const discover = context.discover?.(alert);
  return {
    title,
    opening: opening(alert, transition),
    lead: `${measure(alert, alert.count)} in ${spell(alert.within)}; the limit is ${measure(alert, alert.threshold)}.`,
    figures: [
      [measure(alert, alert.count), `in ${spell(alert.within)}`],
      [measure(alert, alert.threshold), "is the limit"],
      [formatDuration(Date.parse(alert.last_seen) - Date.parse(alert.first_seen)), "first to last"],
    ],
    facts: facts(alert, transition, at, timezone),
    tops: tops(alert),
    lines: alert.evidence.lines.slice(0, 5).map((line) => ({
      when: shortWhen(line.timestamp, timezone),
      host: foreign(line.host, 60),
      text: foreign(line.original, 400),
    })),
    techniques: alert.rule.attack.map((id) => [id, techniqueName(id)].filter(Boolean).join(" ")),
    ...(alert.rule.respond !== undefined && { respond: alert.rule.respond }),
    acknowledge: `leafwatch alerts ack ${alert.id}`,
    ...(discover !== undefined && { discover }),
    ...(history && { history }),
    zone: timezone,
  };
}

function opening(alert: Alert, transition: Transition): string {
  if (transition === "recovered") return "It is over. These were its figures at their worst.";
  if (transition === "repeat") return "It still goes on.";
  return alert.late ? "It was found after the fact." : "";
}

/** A count or a share, as the rule's kind has it. */
function measure(alert: Alert, value: number): string {
  return alert.rule.kind === "ratio" ? percent(value) : count(value);
}

function facts(
  alert: Alert,
  transition: Transition,
  at: string,
  timezone: string,
): [string, string][] {
  const group = Object.entries(alert.group);
  const of = (test: (field: string) => boolean) =>
    group
      .filter(([field]) => test(field))
      .map(([field, value]) => `${fieldLabel(field)} ${foreign(String(value), 120)}`);
  const isPlace = (field: string) => /^(host|destination|server|url|service|event)\./.test(field);
  const isVictim = (field: string) => /^user\./.test(field);
  const who = of((field) => !isPlace(field) && !isVictim(field));
  const victims = of(isVictim);
  const host = hostOf(alert);
  const where = [
    ...of(isPlace),
    ...(host !== undefined && alert.group["host.name"] === undefined
      ? [`host ${foreign(host, 80)}`]
      : []),
  ];
  const users = alert.evidence.top["user.name"] ?? [];
  const named = users.slice(0, 3).map((user) => foreign(user.value, 40));
  const targets =
    victims.length > 0
      ? victims
      : users.length > 0
        ? [`${users.length === 1 ? "user" : "users"} ${listed(named, users.length)}`]
        : [];
  const hosts = alert.evidence.top["host.name"] ?? [];
  if (where.length === 0 && hosts.length > 0) {
    where.push(
      `hosts ${listed(
        hosts.slice(0, 3).map((one) => foreign(one.value, 60)),
        hosts.length,
      )}`,
    );
  }
  const rows: [string, string | undefined][] = [
    ["Who", who.join(", ") || undefined],
    ["Against", targets.join(", ") || undefined],
    ["Where", where.join(", ") || undefined],
    ["Since", when(alert.first_seen, timezone)],
    ["Last seen", when(alert.last_seen, timezone)],
    [
      "Over since",
      transition === "recovered" ? when(alert.recovered_at ?? at, timezone) : undefined,
    ],
    ["How sure", certainty(alert)],
  ];
  return rows.filter((row): row is [string, string] => row[1] !== undefined);
}

function certainty(alert: Alert): string {
  const late = alert.late
    ? " It was found late: the logs came, or were judged, after the fact."
    : "";
  if (alert.rule.kind === "baseline" || alert.rule.kind === "outlier") {
    return `A statistical finding: unusual for this hour, which is not yet proof of an attack.${late}`;
  }
  return `Counted event by event, not estimated.${late}`;
}

/** The lists of most frequent values; one that holds a single value already named among the facts says nothing new. */
function tops(alert: Alert): Top[] {
  const told = new Set(["host.name", "user.name", ...Object.keys(alert.group)]);
  return Object.entries(alert.evidence.top)
    .filter(([field, values]) => values.length > (told.has(field) ? 1 : 0))
    .map(([field, values]) => {
      const most = Math.max(...values.map((entry) => entry.count), 1);
      return {
        label: `Top ${plural(fieldLabel(field))}`,
        entries: values.slice(0, 5).map((entry) => ({
          value: foreign(entry.value, 80) || "(empty)",
          count: count(entry.count),
          share: entry.count / most,
        })),
      };
    });
}

function plural(label: string): string {
  if (label.includes(".")) return label;
  return /(s|sh|ch)$/.test(label) ? `${label}es` : label.replace(/y$/, "ie") + "s";
}

function listed(names: readonly string[], total: number): string {
  const more = total - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${amount(more, "other")}` : ""}`;
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

function fieldLabel(field: string): string {
  return labels[field] ?? field;
}
