import { techniqueName } from "../model/attack-techniques.ts";
import type { Alert, Level } from "../model/alert.ts";
import type { History, Notification } from "../model/notification.ts";
import { foreign } from "./foreign.ts";
import { facts, fieldLabel, plural } from "./facts.ts";
import { measureOf, type Measure } from "./measure.ts";
import { changeOf, openingOf, type Before } from "./opening.ts";
import { figure, fill } from "./subject.ts";
import { count, shortWhen } from "./when.ts";

/**
 * What a reader is told of one transition of one alert: the one model behind text, HTML and chat messages. Every
 * string is ready to be shown (only HTML still has to escape it).
 */
export interface Sheet extends Measure {
  readonly title: string;
  /** The first words; empty for a plain first message. */
  readonly opening: string;
  /** What has changed since the last message. */
  readonly change?: string;
  /** The level that the last message named, where it was another. */
  readonly was?: Level;
  /** Label and value, in reading order: who, against whom, where, since when, how sure … */
  readonly facts: readonly (readonly [string, string])[];
  readonly tops: readonly Top[];
  readonly lines: readonly { when: string; host: string; text: string }[];
  /** `T1110.001 Brute Force: Password Guessing`. */
  readonly techniques: readonly string[];
  readonly respond?: string;
  /** Shell command that says "I have seen this". */
  readonly acknowledge: string;
  readonly links?: AlertLinks;
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
  readonly links?: (alert: Alert) => AlertLinks;
}

/** Addresses in Kibana. */
export interface AlertLinks {
  /** The alert's events one by one. */
  readonly events: string;
  /** The dashboard that is about them. */
  readonly dashboard: string;
}

/** Puts an alert into words. */
export function describe(
  notification: Notification,
  context: SheetContext,
  { history, before }: { history?: History | undefined; before?: Before | undefined } = {},
): Sheet {
  const { alert, transition, at } = notification;
  const { timezone } = context;
  const shown = (field: string) => {
    const value = alert.group[field];
    return value === undefined ? undefined : foreign(String(value), 80);
  };
  const title = fill(alert.rule.title, (name) => figure(alert, name) ?? shown(name) ?? `{${name}}`);
  const links = context.links?.(alert);
  const change = changeOf(notification, before, timezone);
  return {
    title,
    opening: openingOf(notification, change),
    ...(change !== undefined && { change }),
    ...(before && before.level !== alert.rule.level && { was: before.level }),
    ...measureOf(alert),
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
    ...(links && { links }),
    ...(history && { history }),
    zone: timezone,
  };
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
