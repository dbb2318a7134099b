import { alertDocument } from "../model/alert-document.ts";
import { severityOf } from "../model/alert.ts";
import { ecsVersion } from "../model/ecs.ts";
import type { Message } from "./message.ts";
import type { Notification } from "../model/notification.ts";
import { toText } from "./text.ts";

/**
 * The message for programs: one ECS document for an alert, `{ alerts: […] }` for several, else what happened in
 * words. Values are raw, since programs compare them; the bytes are ASCII (`asciiJson`), so that nothing in them can
 * act on a terminal.
 */
export function toEcs(message: Message): object {
  const { content } = message;
  switch (content.kind) {
    case "alert":
      return ecsAlert(message.id, content.notification);
    case "digest":
      return { alerts: content.entries.map((entry) => ecsAlert(message.id, entry.notification)) };
    case "problem":
    case "mail":
    case "test":
      return {
        "@timestamp": message.date.toISOString(),
        ecs: { version: ecsVersion },
        event: { kind: "event", module: "leafwatch", action: content.kind, id: message.id },
        message: message.subject,
        ...(content.kind === "problem" && {
          event: {
            kind: "event",
            module: "leafwatch",
            action: content.over ? "problem-over" : "problem",
            id: message.id,
            severity: severityOf[content.problem.level],
            reason: content.problem.detail,
          },
        }),
        ...(content.kind === "mail" && { text: toText(message) }),
      };
  }
}

/** JSON in which every character beyond ASCII is escaped: the same value, harmless bytes. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function ecsAlert(row: string, { alert, transition, number, at }: Notification): object {
  const document = alertDocument(alert);
  return {
    ...document,
    "@timestamp": at,
    event: { ...document.event, kind: "alert", action: `alert-${transition}`, id: row },
    leafwatch: { alert: { ...document.leafwatch.alert, transition, number } },
  };
}
