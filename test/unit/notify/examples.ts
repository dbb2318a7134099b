import type { Alert, Transition } from "../../../src/model/alert.ts";
import type { History, Notification } from "../../../src/model/notification.ts";
import { notifyOptions, type NotifyOptions } from "../../../src/notify/options.ts";

/** An ordinary alert; `change` makes it the one that a test is about. */
export function exampleAlert(change: Partial<Alert> = {}): Alert {
  return {
    id: "8c1f2ab47730",
    rule: {
      id: "ssh-bruteforce",
      hash: "5d0e",
      title: "SSH brute force from {source.ip}: {count} failures, {distinct.user.name} users",
      level: "high",
      kind: "count",
      attack: ["T1110.001"],
      respond: "Check that none of the attempts succeeded; block the address at the firewall.",
    },
    summary: "SSH brute force from 203.0.113.5: 14 failures, 3 users",
    group: { "source.ip": "203.0.113.5" },
    figures: { count: 14, threshold: 10, "distinct.user.name": 3 },
    state: "active",
    workflow: "open",
    count: 14,
    threshold: 10,
    within: 300_000,
    first_seen: "2026-07-16T13:02:11.000Z",
    last_seen: "2026-07-16T13:06:48.000Z",
    opened_at: "2026-07-16T13:08:00.000Z",
    late: false,
    flapping: false,
    transitions: 1,
    evidence: {
      top: {
        "user.name": [
          { value: "root", count: 8 },
          { value: "admin", count: 4 },
          { value: "oracle", count: 2 },
        ],
        "host.name": [{ value: "web1", count: 14 }],
      },
      lines: ["root", "admin", "root", "oracle", "root"].map((user, index) => ({
        id: `line${index}`,
        index: "logs-system.auth-test",
        timestamp: `2026-07-16T13:0${2 + index}:11.000Z`,
        host: "web1",
        original: `Jul 16 14:0${2 + index}:11 web1 sshd[2231]: Failed password for ${user} from 203.0.113.5 port 4${index}022 ssh2`,
      })),
    },
    ...change,
  };
}

/** What a watcher would hand over. */
export function exampleNotification(
  alert: Alert = exampleAlert(),
  transition: Transition = "active",
  change: Partial<Notification> = {},
): Notification {
  return { alert, transition, number: 1, to: ["security"], at: alert.opened_at, ...change };
}

/** A day that was quiet until an hour before the alert. */
export function exampleHistory(alert: Alert = exampleAlert()): History {
  const end = Date.parse(alert.last_seen);
  return {
    what: "events of 203.0.113.5",
    hours: Array.from({ length: 24 }, (_, hour) => ({
      at: new Date(end - (23 - hour) * 3_600_000).toISOString(),
      count: hour === 23 ? 14 : hour === 9 ? 2 : hour === 22 ? 5 : 0,
    })),
    days: Array.from({ length: 30 }, (_, day) => ({
      at: new Date(end - (29 - day) * 86_400_000).toISOString(),
      count: day === 29 ? 19 : day === 11 ? 3 : 0,
    })),
  };
}

/** Options as the config gives them, with mail to a server on loopback. */
export function exampleOptions(port: number, change: Record<string, unknown> = {}): NotifyOptions {
  return notifyOptions.parse({
    from: "Leafwatch <leafwatch@example.org>",
    smtp: { host: "127.0.0.1", port, tls: "off", timeout: "2s" },
    recipients: { security: ["it@example.org"] },
    operations: ["security"],
    ...change,
  });
}
