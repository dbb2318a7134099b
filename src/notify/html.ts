import { Eta } from "eta";
import { barChart } from "../lib/chart-bars.ts";
import { toPng } from "../lib/chart-png.ts";
import { palette } from "../lib/chart.ts";
import type { Level } from "../model/alert.ts";
import type { MailAttachment } from "../model/mail.ts";
import type { History } from "../model/notification.ts";
import { digestHelp, digestOf } from "./digest.ts";
import { foreign } from "./foreign.ts";
import * as templates from "./html-templates.ts";
import { notificationsOf, type Entry, type Message } from "./message.ts";
import { problemOpening } from "./problem.ts";
import type { Sheet } from "./sheet.ts";
import { levelWord } from "./subject.ts";
import { testWords } from "./text.ts";
import { amount, count, hourOf } from "./when.ts";

const eta = new Eta({ autoEscape: true, autoTrim: false, cache: true });
for (const [name, source] of Object.entries(templates)) eta.loadTemplate(`@${name}`, source);

/** The message as a page for mail programs, and the pictures that it shows. */
export function toHtml(message: Message): { html: string; pictures: MailAttachment[] } {
  const { content } = message;
  switch (content.kind) {
    case "mail":
      return { html: content.mail.html, pictures: [] };
    case "alert": {
      const chart =
        content.sheet.history && picture(message.id, content.sheet.history, content.sheet.zone);
      const body = alertBody(content, chart);
      const level = content.notification.alert.rule.level;
      const recovered = content.notification.transition === "recovered";
      const paint = recovered ? recoveredPaint : levelPaint(level);
      const badge = recovered ? "RECOVERED" : levelWord(level);
      const page = frame(
        message,
        {
          ...paint,
          badge,
          ...(content.sheet.was && {
            was: { ...levelPaint(content.sheet.was), badge: levelWord(content.sheet.was) },
          }),
          title: content.sheet.title,
          preview: `${content.sheet.opening} ${content.sheet.lead}`.trim(),
        },
        body,
      );
      return { html: page, pictures: chart ? [chart.attachment] : [] };
    }
    case "digest": {
      const digest = digestOf(content.reason, content.entries);
      const worst = digest.groups[0]?.level ?? "low";
      const head = {
        ...levelPaint(worst),
        badge: levelWord(worst),
        title: digest.title,
        preview: `${digest.summary} ${digest.reason}`,
      };
      const groups = digest.groups.map(({ level, rows }) => ({
        ...levelPaint(level),
        word: levelWord(level),
        rows,
      }));
      const body = eta.render("@digest", { digest, groups, help: digestHelp });
      return { html: frame(message, head, body), pictures: [] };
    }
    case "problem": {
      const { problem, over, rows } = content;
      const head = {
        ...(over ? recoveredPaint : levelPaint(problem.level)),
        badge: over ? "OVER" : "LEAFWATCH ITSELF",
        title: problem.title,
        preview: problemOpening(over),
      };
      const detail = problem.detail.split(/\r?\n/).map((line) => foreign(line, 2000));
      const paragraphs = [problemOpening(over), ...detail];
      return {
        html: frame(message, head, eta.render("@plain", { paragraphs, rows: timedRows(rows) })),
        pictures: [],
      };
    }
    case "test": {
      const head = {
        ...recoveredPaint,
        badge: "TEST",
        title: "Mail from Leafwatch arrives",
        preview: "",
      };
      return {
        html: frame(message, head, eta.render("@plain", { paragraphs: [testWords], rows: [] })),
        pictures: [],
      };
    }
  }
}

interface Paint {
  colour: string;
  ink: string;
}

interface Head extends Paint {
  badge: string;
  /** The badge of the last message, where it was another. */
  was?: Paint & { badge: string };
  title: string;
  preview: string;
}

const recoveredPaint = { colour: palette.accent, ink: palette.white };

/** The band's colour and a text colour that can be read on it. */
function levelPaint(level: Level): Paint {
  const dark = level === "critical" || level === "high";
  return { colour: palette.levels[level], ink: dark ? palette.white : palette.ink };
}

function frame(message: Message, head: Head, body: string): string {
  const told = notificationsOf(message.content);
  const single = told.length === 1 ? told[0] : undefined;
  const footer = single
    ? [
        ["Alert", single.alert.id],
        ["Rule", `${single.alert.rule.id} (${single.alert.rule.level})`],
      ]
    : [];
  return eta.render("@frame", { ...head, body, footer });
}

function alertBody({ notification, sheet }: Entry, chart: Picture | undefined): string {
  const { transition } = notification;
  const tops = sheet.tops.map((top) => ({
    ...top,
    entries: top.entries.map((entry) => ({
      ...entry,
      width: Math.max(2, Math.round(entry.share * 100)),
    })),
  }));
  return eta.render("@alert", {
    sheet: {
      ...sheet,
      tops,
      facts: timedRows(sheet.facts),
      respond: sheet.respond?.split(/\r?\n/),
    },
    strong: sheet.change !== undefined,
    recovered: transition === "recovered",
    opening: timed(sheet.opening),
    figures: sheet.figures,
    chart: chart && { cid: chart.attachment.cid, alt: chart.alt, month: chart.month },
  });
}

/** A value whose time in parentheses, at its end, is to stay on one line. */
function timed(value: string): { text: string; time: string } {
  const [, text = value, time = ""] = /^(.*?)(\([^()]* UTC\)\.?)$/s.exec(value) ?? [];
  return { text, time };
}

const timedRows = (rows: Sheet["facts"]) => rows.map(([label, value]) => [label, timed(value)]);

interface Picture {
  attachment: MailAttachment;
  alt: string;
  month: string;
}

function picture(id: string, history: History, timezone: string): Picture | undefined {
  const total = history.hours.reduce((sum, hour) => sum + hour.count, 0);
  if (total === 0) return undefined;
  const bars = history.hours.map(({ at, count: value }) => ({
    label: hourOf(at, timezone),
    value,
  }));
  const most = history.hours.reduce((a, b) => (b.count > a.count ? b : a));
  const alt =
    `${history.what}: ${amount(total, "event")} in 24 hours, ` +
    `at most ${count(most.count)} in one hour (from ${hourOf(most.at, timezone)}).`;
  const scene = barChart({
    bars,
    // Narrow, so that its words are large enough on a phone.
    width: 260,
    height: 96,
    alt,
    format: count,
    unit: "events an hour",
  });
  const month = history.days.reduce((sum, day) => sum + day.count, 0);
  const active = history.days.filter((day) => day.count > 0).length;
  return {
    attachment: {
      filename: "last-24-hours.png",
      contentType: "image/png",
      content: toPng(scene, 4),
      cid: `chart.${id}@leafwatch`,
    },
    alt,
    month: `In the last 30 days: ${amount(month, "event")}, on ${amount(active, "day")}. Counted: ${history.what}.`,
  };
}
