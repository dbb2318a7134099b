import { digestHelp, digestOf } from "./digest.ts";
import type { Message } from "./message.ts";
import { notificationsOf, type DigestReason, type Entry } from "./message.ts";
import type { Sheet } from "./sheet.ts";
import { levelWord } from "./subject.ts";
import { amount } from "./when.ts";
import { problemOpening } from "./problem.ts";
import { row, wrap } from "../lib/wrap.ts";
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
  if (sheet.links) {
    parts.push("", "ITS EVENTS IN KIBANA", `  ${sheet.links.events}`);
    parts.push("", "THE DASHBOARD ABOUT THEM", `  ${sheet.links.dashboard}`);
  }
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

function digestText(reason: DigestReason, entries: readonly Entry[]): string {
  const digest = digestOf(reason, entries);
  const parts = [wrap(digest.title), "", wrap(digest.reason), wrap(digest.summary)];
  for (const { level, rows } of digest.groups) {
    parts.push("", `${levelWord(level)} (${rows.length})`);
    for (const { title, lead, span, id } of rows) {
      parts.push(wrap(title, "  * ", "    "), wrap(lead, "    "), wrap(span, "    "));
      parts.push(wrap(`id ${id}`, "    "));
    }
  }
  for (const [question, answer] of digestHelp) parts.push("", question, `  ${answer}`);
  return parts.join("\n");
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
