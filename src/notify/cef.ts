import ipaddr from "ipaddr.js";
import { visible } from "../lib/visible.ts";
import type { Level } from "../model/alert.ts";
import type { Notification } from "../model/notification.ts";
import { notificationsOf, type Message } from "./message.ts";

const severities = {
  informational: 1,
  low: 3,
  medium: 5,
  high: 8,
  critical: 10,
} as const satisfies Record<Level, number>;

/** The message as lines of ArcSight's Common Event Format, version 0: one for each alert. */
export function toCef(
  message: Message,
  version: string,
): { level: Level; id: string; text: string }[] {
  const told = notificationsOf(message.content);
  if (told.length > 0) {
    return told.map((notification) => ({
      level: notification.alert.rule.level,
      id: notification.transition,
      text: alertCef(notification, version),
    }));
  }
  const level =
    message.content.kind === "problem" ? message.content.problem.level : "informational";
  const header = [
    "CEF:0",
    "Leafwatch",
    "Leafwatch",
    version,
    message.content.kind,
    message.subject,
    String(severities[level]),
  ];
  const reason =
    message.content.kind === "problem" ? message.content.problem.detail : message.subject;
  const text = `${header.map((part) => escapeHeader(part)).join("|")}|${extension({ rt: message.date.getTime(), externalId: message.id, msg: reason })}`;
  return [{ level, id: message.content.kind, text }];
}

function alertCef({ alert, transition, at }: Notification, version: string): string {
  const { rule, group } = alert;
  const header = [
    "CEF:0",
    "Leafwatch",
    "Leafwatch",
    version,
    rule.id,
    rule.title,
    String(severities[rule.level]),
  ];
  const source = group["source.ip"];
  const user = group["user.name"];
  const host = group["host.name"];
  const isAddress = typeof source === "string" && ipaddr.isValid(source);
  return `${header.map((part) => escapeHeader(part)).join("|")}|${extension({
    rt: Date.parse(at),
    act: transition,
    externalId: alert.id,
    cnt: Math.round(alert.count),
    start: Date.parse(alert.first_seen),
    end: Date.parse(alert.last_seen),
    ...(isAddress &&
      (ipaddr.parse(source).kind() === "ipv4"
        ? { src: source }
        : { c6a2Label: "Source IPv6 Address", c6a2: source })),
    ...(user !== undefined && { duser: user }),
    ...(host !== undefined && { dhost: host }),
    cn1Label: "threshold",
    cn1: alert.threshold,
    cs1Label: "group",
    cs1: Object.entries(group)
      .map(([field, value]) => `${field}=${String(value)}`)
      .join(" "),
    cs2Label: "attack",
    cs2: rule.attack.join(" "),
    msg: alert.summary,
  })}`;
}

/** Values are cut at 1,023 characters, the limit of CEF's string fields. */
function extension(fields: Readonly<Record<string, string | number | boolean>>): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== "")
    .map(([key, value]) => `${key}=${escapeValue(String(value))}`)
    .join(" ");
}

function escapeHeader(text: string): string {
  return shown(text, 512).replace(/[\\|]/g, "\\$&");
}

function escapeValue(text: string): string {
  return shown(text, 1023).replace(/[\\=]/g, "\\$&");
}

/**
 * Control characters as \uXXXX, whose backslash is escaped like any other; then cut, for six characters may stand for
 * one. Escapes come last, so that none is cut in two.
 */
function shown(text: string, max: number): string {
  const all = visible(text, max);
  return all.length > max ? `${all.slice(0, max - 1)}…` : all;
}
