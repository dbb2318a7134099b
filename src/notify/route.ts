import { levels, type Alert } from "../model/alert.ts";
import type { Notification } from "../model/notification.ts";
import type { DigestReason } from "./message.ts";
import type { Delivery, NotifyOptions } from "./options.ts";
import { hostOf } from "./subject.ts";
import { quietUntil } from "./quiet.ts";

/** The recipient lists that learn of an alert: those of its rule, and of every route that fits. */
export function routed(
  alert: Alert,
  to: readonly string[],
  routes: NotifyOptions["routes"],
): string[] {
  const host = hostOf(alert);
  const fits = ({ when }: NotifyOptions["routes"][number]) =>
    (when.level?.includes(alert.rule.level) ?? true) &&
    (when.rule?.some((pattern) => matches(pattern, alert.rule.id)) ?? true) &&
    (when.tag?.some((tag) => alert.rule.tags?.includes(tag)) ?? true) &&
    (when.host?.some((pattern) => host !== undefined && matches(pattern, host)) ?? true);
  return [...new Set([...to, ...routes.filter(fits).flatMap((route) => route.to)])];
}

/** When a notification may go out, and why it rather shares a mail. */
export function timing(
  { alert, at }: Notification,
  delivery: Delivery | undefined,
  timezone: string,
): { due: string; gather?: DigestReason } {
  const late = alert.late ? ({ gather: "late" } as const) : {};
  if (!delivery || levels.indexOf(alert.rule.level) >= levels.indexOf(delivery.at_once)) {
    return { due: at, ...late };
  }
  const quiet = delivery.quiet && quietUntil(at, delivery.quiet, timezone);
  if (quiet !== undefined) return { due: quiet, gather: "quiet hours" };
  if (delivery.digest !== undefined) {
    const next = Math.ceil(Date.parse(at) / delivery.digest) * delivery.digest;
    return { due: new Date(next).toISOString(), gather: "interval" };
  }
  return { due: at, ...late };
}

/** A pattern in which `*` stands for anything. */
function matches(pattern: string, text: string): boolean {
  const [head = "", ...rest] = pattern.split("*");
  const tail = rest.pop();
  if (tail === undefined) return text === pattern;
  if (!text.startsWith(head) || text.length < head.length + tail.length || !text.endsWith(tail))
    return false;
  let at = head.length;
  const end = text.length - tail.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
