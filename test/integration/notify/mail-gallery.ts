import { levels, type Alert } from "../../../src/model/alert.ts";
import type { Notification } from "../../../src/model/notification.ts";
import { notificationsOf, type Content, type Message } from "../../../src/notify/message.ts";
import type { Before } from "../../../src/notify/opening.ts";
import { problemMessage } from "../../../src/notify/problem.ts";
import { describe as putIntoWords } from "../../../src/notify/sheet.ts";
import { subjectOf, subjectStem } from "../../../src/notify/subject.ts";
import { exampleAlert, exampleHistory, exampleNotification } from "../../unit/notify/examples.ts";
import { hostileAlert } from "./hostile-alert.ts";

/** The only links that a mail of the gallery may hold. */
export const galleryLinks = {
  events: "https://kibana.example.org/app/discover#/?_g=(a:'b')",
  dashboard: "https://kibana.example.org/app/dashboards#/view/leafwatch-logins?_g=(a:'b')",
};

const context = { timezone: "Europe/London", links: () => galleryLinks };
const told: Before = {
  level: "high",
  transition: "active",
  count: 14,
  at: "2026-07-16T13:08:00.000Z",
};
const later = { number: 2, at: "2026-07-16T14:08:00.000Z" };

/** One message of each kind that a person may get, by a name for it. */
export const gallery: Readonly<Record<string, Message>> = {
  alert: one(exampleNotification()),
  "alert-critical": one(exampleNotification(leveled("critical"))),
  "alert-low": one(exampleNotification(leveled("low"))),
  raised: one(exampleNotification(leveled("critical"), "repeat", later), told),
  grown: one(exampleNotification(exampleAlert({ count: 1400 }), "repeat", later), told),
  back: one(exampleNotification(exampleAlert(), "active", later), {
    ...told,
    transition: "recovered",
  }),
  repeat: one(exampleNotification(exampleAlert(), "repeat", later), told),
  recovered: one(
    exampleNotification(
      exampleAlert({ recovered_at: "2026-07-16T13:40:00.000Z" }),
      "recovered",
      later,
    ),
    told,
  ),
  late: one(exampleNotification(exampleAlert({ late: true }))),
  silence: one(exampleNotification(silence())),
  "without-group": one(exampleNotification(withoutGroup())),
  hostile: one(exampleNotification(hostileAlert())),
  overflow: many("limit", 45),
  "quiet-hours": many("quiet hours", 3),
  summary: many("interval", 8),
  "late-ones": many("late", 5),
  "hostile-ones": page("[HIGH] 1 alert in one mail", {
    kind: "digest",
    reason: "limit",
    entries: [entry(exampleNotification(hostileAlert())), entry(exampleNotification())],
  }),
  problem: problem(false),
  "problem-over": problem(true),
  "problem-hostile": page("[LEAFWATCH] A rule fails", {
    kind: "problem",
    over: false,
    rows: [],
    problem: {
      key: "k",
      level: "high",
      title: "A rule fails",
      detail: `The search failed: <b>${"x".repeat(300)}</b>\nhttp://evil.example/ \u202e${"word ".repeat(60)}`,
    },
  }),
  test: page("[TEST] Mail from Leafwatch arrives", { kind: "test" }),
};

function one(notification: Notification, before?: Before): Message {
  const { alert, transition } = notification;
  const content = { kind: "alert" as const, ...entry(notification, before) };
  return page(subjectOf(alert.rule.level, transition, subjectStem(alert, undefined)), content);
}

function entry(notification: Notification, before?: Before) {
  const history =
    notification.transition === "recovered" ? undefined : exampleHistory(notification.alert);
  return { notification, sheet: putIntoWords(notification, context, { history, before }) };
}

function many(reason: Extract<Content, { kind: "digest" }>["reason"], amount: number): Message {
  const transitions = ["active", "active", "repeat", "recovered"] as const;
  const entries = Array.from({ length: amount }, (_, index) => {
    const level = levels[(index * 3) % levels.length] ?? "low";
    const alert = {
      ...leveled(level),
      id: `8c1f2ab477${String(index).padStart(2, "0")}`,
      group: { "source.ip": `203.0.113.${index}` },
      late: reason === "late",
    };
    return entry(exampleNotification(alert, transitions[index % 4]));
  });
  return page(`[CRITICAL] ${amount} alerts in one mail`, { kind: "digest", reason, entries });
}

function problem(over: boolean): Message {
  const detail =
    "The last pass that was complete was at 13:02:11. Alerts may come late.\n" +
    "Look at the log of leafwatch, and whether Elasticsearch answers: leafwatch status.";
  const word = {
    problem: { key: "k", level: "high", title: "No pass for 16 minutes", detail } as const,
    over,
    since: "2026-07-16T13:18:11.000Z",
    at: "2026-07-16T13:48:11.000Z",
  };
  const { subject, content } = problemMessage(word, context.timezone);
  return page(subject, content);
}

function leveled(level: Alert["rule"]["level"]): Alert {
  const alert = exampleAlert();
  return { ...alert, rule: { ...alert.rule, level } };
}

function silence(): Alert {
  const alert = exampleAlert({
    group: { "host.name": "web1", "event.dataset": "apache.access" },
    count: 0,
    threshold: 1,
    last_seen: "2026-07-16T13:32:11.000Z",
    evidence: { top: {}, lines: [] },
  });
  const title = "{host.name} sends no {event.dataset} any more";
  const respond = "Log in to the host:\n1. does the service run?\n2. is the disk full?";
  return { ...alert, rule: { ...alert.rule, kind: "silence", title, attack: [], respond } };
}

function withoutGroup(): Alert {
  const addresses = Array.from(
    { length: 8 },
    (_, index) => `2001:db8:85a3:8d3:1319:8a2e:370:${index}`,
  );
  const top = {
    "source.ip": addresses.map((value, index) => ({ value, count: 80 - index })),
    "url.path": [{ value: `/${"very-long-path/".repeat(20)}`, count: 12 }],
    "user.name": [
      { value: "root", count: 3 },
      { value: "", count: 1 },
    ],
  };
  const { evidence, rule } = exampleAlert();
  return exampleAlert({
    group: {},
    expected: { count: 3.26, rung: "weekly" },
    evidence: { ...evidence, top },
    rule: {
      ...rule,
      kind: "baseline",
      title: "More failed logins than usual: {count} in {within}",
    },
  });
}

function page(subject: string, content: Content): Message {
  const [first] = notificationsOf(content);
  return {
    id: "row",
    thread: [],
    addresses: [],
    date: new Date(first?.at ?? "2026-07-16T13:18:11.000Z"),
    subject,
    content,
  };
}
