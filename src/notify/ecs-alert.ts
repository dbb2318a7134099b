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
  const severity = severityOf[alert.rule.level];
  return {
    "@timestamp": at,
    ecs: { version: ecsVersion },
    message: alert.summary,
    event: {
      kind: "alert",
      module: "leafwatch",
      dataset: "leafwatch.alert",
      action: `alert-${transition}`,
      id: row,
      severity,
      risk_score: severity,
      start: alert.first_seen,
      end: alert.last_seen,
    },
    rule: {
      id: alert.rule.id,
      name: alert.rule.title,
      uuid: alert.rule.hash,
      category: alert.rule.kind,
    },
    ...(alert.rule.attack.length > 0 && {
      threat: { framework: "MITRE ATT&CK", technique: { id: alert.rule.attack } },
    }),
    ...nested(alert.group),
    leafwatch: {
      alert: {
        id: alert.id,
        state: alert.state,
        workflow: alert.workflow,
        transition,
        number,
        level: alert.rule.level,
        group: alert.group,
        figures: alert.figures,
        count: alert.count,
        threshold: alert.threshold,
        within_ms: alert.within,
        first_seen: alert.first_seen,
        last_seen: alert.last_seen,
        opened_at: alert.opened_at,
        late: alert.late,
        evidence: alert.evidence,
      },
    },
  };
}

/** `{ "source.ip": … }` as `{ source: { ip: … } }`, kept off the keys that the document has of its own. */
function nested(group: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const out: Record<string, Record<string, unknown>> = {};
  for (const [field, value] of Object.entries(group)) {
    const [head = "", ...rest] = field.split(".");
    if (
      rest.length === 0 ||
      ["event", "rule", "threat", "leafwatch", "ecs", "message", "__proto__"].includes(head)
    )
      continue;
    (out[head] ??= {})[rest.join(".")] = value;
  }
  return out;
}
