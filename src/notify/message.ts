import { levels, type Level } from "../model/alert.ts";
import type { PreparedMail } from "../model/mail.ts";
import type { Notification, Problem } from "../model/notification.ts";
import type { Sheet } from "./sheet.ts";

/** What one outbox row says, before a notifier puts it into its own form. */
export interface Message {
  /** The row's id: names the message for good. */
  readonly id: string;
  /** Ids of the first messages about the same alerts; empty for a first message. */
  readonly thread: readonly string[];
  readonly addresses: readonly string[];
  /** When it was first put together. */
  readonly date: Date;
  /** One line that holds no log text. */
  readonly subject: string;
  readonly content: Content;
}

export type Content =
  | { readonly kind: "alert"; readonly notification: Notification; readonly sheet: Sheet }
  | { readonly kind: "digest"; readonly reason: DigestReason; readonly entries: readonly Entry[] }
  | {
      readonly kind: "problem";
      readonly problem: Problem;
      readonly over: boolean;
      readonly rows: readonly (readonly [string, string])[];
    }
  | { readonly kind: "mail"; readonly mail: PreparedMail }
  | { readonly kind: "test" };

/** Why several alerts share one message. */
export type DigestReason = "limit" | "late" | "interval" | "quiet hours";

/** One alert in a message about several. */
export interface Entry {
  readonly notification: Notification;
  readonly sheet: Sheet;
}

/** The most serious level that a message speaks of; undefined when it is not about alerts. */
export function levelOf(content: Content): Level | undefined {
  if (content.kind === "alert") return content.notification.alert.rule.level;
  if (content.kind !== "digest") return undefined;
  return content.entries
    .map((entry) => entry.notification.alert.rule.level)
    .sort((a, b) => levels.indexOf(b) - levels.indexOf(a))[0];
}

/** The notifications that a message speaks of. */
export function notificationsOf(content: Content): readonly Notification[] {
  if (content.kind === "alert") return [content.notification];
  return content.kind === "digest" ? content.entries.map((entry) => entry.notification) : [];
}
