import type { Alert, AlertState, Level, Workflow } from "../../../src/model/alert.ts";
import type { EcsEvent } from "../../../src/model/ecs.ts";
import { prepareDocument, type PreparedDocument } from "../../../src/ship/document.ts";
import { transitionRow } from "../../../src/watch/project.ts";
import { addresses, from, hourMs, nth, users } from "./cast.ts";

/** Alerts in every state of work and of the events. */
export function alertsOf(): Alert[] {
  const workflows: Workflow[] = ["open", "acknowledged", "closed"];
  const states: AlertState[] = ["active", "recovering", "recovered"];
  const alertLevels: Level[] = ["low", "medium", "high", "critical"];
  return Array.from({ length: 24 }, (_, n) => {
    const opened = from + n * 4 * hourMs;
    return {
      id: `alert-${n}`,
      rule: {
        id: `rule-${n % 4}`,
        hash: "h",
        title: "Many {count}",
        level: nth(alertLevels, n),
        kind: "count",
        attack: ["T1110.001"],
      },
      summary: `Many ${n}`,
      group: {
        ...(n % 3 === 0 ? { "host.name": nth(["web1", "app1"], n) } : {}),
        ...(n % 3 === 1 ? { "user.name": nth(users, n) } : {}),
        ...(n % 3 === 2 ? { "source.ip": nth(addresses, n) } : {}),
      },
      figures: { count: n + 10, threshold: 10 },
      state: nth(states, Math.floor(n / 2)),
      workflow: nth(workflows, Math.floor(n / 3)),
      count: n + 10,
      threshold: 10,
      within: 300_000,
      first_seen: new Date(opened - 300_000).toISOString(),
      last_seen: new Date(opened).toISOString(),
      opened_at: new Date(opened + 60_000).toISOString(),
      late: false,
      flapping: false,
      transitions: 1,
      ...(n === 5 ? { merged_into: "alert-2" } : {}),
      ...(n === 6 ? { withdrawn: true } : {}),
      evidence: { top: {}, lines: [] },
    };
  });
}

/** Its transitions, as the stream of alerts holds them. */
export function historyOf(alert: Alert, namespace: string): PreparedDocument[] {
  const at = Date.parse(alert.opened_at);
  const steps = [
    { name: "active", at, number: 1, tell: "active" },
    { name: "recovered", at: at + hourMs, number: 2, tell: "recovered" },
  ] as const;
  return steps.map((step) => {
    const { document } = transitionRow(alert, step, namespace);
    return prepareDocument(document as unknown as EcsEvent, alert.id, step.number, namespace);
  });
}
