import { levels, type Transition } from "../model/alert.ts";
import type { Message } from "./message.ts";
import { notificationsOf, type DigestReason, type Entry } from "./message.ts";
import type { Sheet } from "./sheet.ts";
import { levelWord } from "./subject.ts";
import { amount } from "./when.ts";
import { problemOpening } from "./problem.ts";
import { row, wrap } from "./wrap.ts";
import { foreign } from "./foreign.ts";

/** The message as plain text of 72 columns; only links, which must not be broken, may be longer. */
export function toText(message: Message): string {
  const { content } = message;
  switch (content.kind) {
    case "alert":
      return `${alertText(content)}\n${footer(message)}`;
    case "digest":
      return `${digestText(content.reason, content.entries)}\n${footer(message)}`;
    case "problem": {
      const rows = content.rows.map(([label, value]) => row(label, value));
      const body = [
        wrap(content.problem.title),
        "",
        wrap(problemOpening(content.over)),
        "",
        ...paragraphs(content.problem.detail),
      ];
      return `${[...body, "", ...rows].join("\n")}\n${footer(message)}`;
    }
    case "test":
      return `${wrap(testWords)}\n`;
    case "mail":
      return content.mail.text;
  }
}

/** What a test message says. */
export const testWords =
  "This is a test by Leafwatch. If you can read it, alerts will reach you here. Nothing has happened, and nothing is asked of you.";

function alertText({ notification, sheet }: Entry): string {
  const { alert, transition } = notification;
  const parts = [
    wrap(
      `[${transition === "recovered" ? "RECOVERED" : levelWord(alert.rule.level)}] ${sheet.title}`,
    ),
    "",
    wrap(`${sheet.opening} ${sheet.lead}`.trim()),
    "",
    ...sheet.facts.map(([label, value]) => row(label, value)),
  ];
  if (sheet.respond !== undefined && transition !== "recovered") {
    parts.push("", "WHAT TO DO", ...sheet.respond.split(/\r?\n/).map((line) => wrap(line, "  ")));
  }
  if (transition !== "recovered") {
    parts.push("", "SEEN IT? Then say so, and reminders stop:", `  ${sheet.acknowledge}`);
  }
  if (sheet.discover !== undefined) parts.push("", "IN KIBANA", `  ${sheet.discover}`);
  for (const top of sheet.tops) {
    parts.push("", top.label.toUpperCase());
    const room = Math.max(...top.entries.map((entry) => entry.count.length));
    for (const entry of top.entries) {
      parts.push(wrap(entry.value, `  ${entry.count.padStart(room)}  `, " ".repeat(room + 4)));
    }
  }
  if (sheet.lines.length > 0) {
    parts.push("", `EVIDENCE (${amount(sheet.lines.length, "line")}; times in ${sheet.zone})`);
    for (const line of sheet.lines) {
      parts.push(wrap(`${line.when}  ${line.host}`, "  "), wrap(line.text, "    "));
    }
  }
  if (sheet.history) parts.push("", ...historyText(sheet.history));
  if (sheet.techniques.length > 0) {
    parts.push("", "TECHNIQUE (MITRE ATT&CK)", ...sheet.techniques.map((one) => wrap(one, "  ")));
  }
  return parts.join("\n");
}

function historyText(history: NonNullable<Sheet["history"]>): string[] {
  const day = history.hours.reduce((sum, hour) => sum + hour.count, 0);
  const month = history.days.reduce((sum, one) => sum + one.count, 0);
  const active = history.days.filter((one) => one.count > 0).length;
  const text =
    `${amount(day, "event")} in the 24 hours up to the alert, ${amount(month, "event")} in 30 days, ` +
    `on ${amount(active, "day")} of them. Counted: ${history.what}.`;
  return ["BEFORE", wrap(text, "  ")];
}

const reasons: Readonly<Record<DigestReason, string>> = {
  limit: "More alerts came than one mail each would be read. These are the rest of this hour's.",
  late: "These were found after the fact: the logs came late, or were judged late. They are told of together.",
  interval: "These came since the last summary.",
  "quiet hours": "These came during quiet hours.",
};

/** Why the alerts of a digest share one mail. */
export function reasonText(reason: DigestReason): string {
  return reasons[reason];
}

function digestText(reason: DigestReason, entries: readonly Entry[]): string {
  const parts = [
    wrap(`${amount(entries.length, "alert")} in one mail`),
    "",
    wrap(reasonText(reason)),
  ];
  for (const level of [...levels].reverse()) {
    const rows = entries.filter((entry) => entry.notification.alert.rule.level === level);
    if (rows.length === 0) continue;
    parts.push("", `${levelWord(level)} (${rows.length})`);
    for (const { notification, sheet } of rows) {
      parts.push(
        wrap(`${transitionWord(notification.transition)}${sheet.title}`, "  * ", "    "),
        wrap(
          `${sheet.opening} ${sheet.lead} ${sheet.facts.find(([label]) => label === "Since")?.join(" ") ?? ""}`,
          "    ",
        ),
        wrap(`id ${notification.alert.id}`, "    "),
      );
    }
  }
  return parts.join("\n");
}

/** `Over: ` before the title of a recovery, `Still: ` before a repeat. */
export function transitionWord(transition: Transition): string {
  return transition === "recovered" ? "Over: " : transition === "repeat" ? "Still: " : "";
}

function footer(message: Message): string {
  const told = notificationsOf(message.content);
  const single = told.length === 1 ? told[0] : undefined;
  const lines = single
    ? [
        row("Alert", single.alert.id),
        row("Rule", `${single.alert.rule.id} (${single.alert.rule.level})`),
      ]
    : [];
  return [
    "",
    "-- ",
    ...lines,
    wrap("Sent by Leafwatch. Answers to this mail are read by nobody."),
    "",
  ].join("\n");
}

function paragraphs(text: string): string[] {
  return text.split(/\r?\n/).map((line) => wrap(foreign(line, 2000)));
}
