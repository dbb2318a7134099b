import { palette } from "../lib/chart.ts";
import { visible } from "../lib/visible.ts";
import { levelOf, type Content, type Message } from "./message.ts";
import type { Sheet } from "./sheet.ts";
import { toText } from "./text.ts";

/** What a chat message says, in whichever form: a headline, labelled facts, lines of log text, one link of ours. */
interface Card {
  headline: string;
  facts: (readonly [string, string])[];
  lines: string[];
  link?: string;
  colour: string;
}

/** Slack refuses a whole message for a longer one; the values of a group are in it, and an attacker chooses these. */
const longestLink = 3000;

/** Incoming hook of Slack. Log text stands in `plain_text`, where Slack reads no mark-up and makes no mention. */
export function toSlack(message: Message): object {
  const card = cardOf(message);
  const plain = (text: string) => ({
    type: "plain_text",
    text: cut(escapeSlack(text), 2900),
    emoji: false,
  });
  return {
    text: cut(escapeSlack(card.headline), 300),
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      {
        type: "header",
        text: { ...plain(card.headline), text: cut(escapeSlack(card.headline), 148) },
      },
      ...card.facts
        .slice(0, 20)
        .map(([label, value]) => ({ type: "section", text: plain(`${label}: ${value}`) })),
      ...(card.lines.length > 0 ? [{ type: "section", text: plain(card.lines.join("\n")) }] : []),
      ...(card.link === undefined
        ? []
        : [
            {
              type: "actions",
              elements: [
                {
                  type: "button",
                  text: { type: "plain_text", text: "Open in Kibana" },
                  url: card.link,
                },
              ],
            },
          ]),
    ],
  };
}

/** Incoming hook of Mattermost. Log text stands in code spans, where neither Markdown nor `@all` means anything. */
export function toMattermost(message: Message): object {
  const card = cardOf(message);
  const code = (text: string) => `\`${text.replace(/`/g, "'")}\``;
  const rows = card.facts.map(([label, value]) => `**${label}** ${code(cut(value, 500))}`);
  const lines = card.lines.map((line) => code(cut(line, 500)));
  const link = card.link === undefined ? [] : [`[Open in Kibana](${card.link})`];
  return {
    text: cut([`#### ${code(card.headline)}`, ...rows, ...lines, ...link].join("\n"), 15_000),
    props: { disable_group_highlight: true },
  };
}

/** Teams workflow: an adaptive card. Log text stands in text runs, which know no Markdown. */
export function toTeams(message: Message): object {
  const card = cardOf(message);
  const run = (text: string, style: object = {}) => ({
    type: "TextRun",
    text: cut(text, 2000),
    ...style,
  });
  const block = (...inlines: object[]) => ({ type: "RichTextBlock", inlines });
  return {
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        content: {
          $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
          type: "AdaptiveCard",
          version: "1.4",
          body: [
            block(run(card.headline, { weight: "Bolder", size: "Medium" })),
            ...card.facts.map(([label, value]) =>
              block(run(`${label}: `, { weight: "Bolder" }), run(value)),
            ),
            ...card.lines.map((line) => block(run(line, { fontType: "Monospace", size: "Small" }))),
          ],
          ...(card.link !== undefined && {
            actions: [{ type: "Action.OpenUrl", title: "Open in Kibana", url: card.link }],
          }),
        },
      },
    ],
  };
}

function cardOf(message: Message): Card {
  const { content } = message;
  const level = levelOf(content);
  const colour = level ? palette.levels[level] : palette.accent;
  return { headline: message.subject, colour, ...bodyOf(content, message) };
}

function bodyOf(content: Content, message: Message): Pick<Card, "facts" | "lines" | "link"> {
  if (content.kind === "alert") {
    const { sheet, notification } = content;
    return {
      facts: [
        ["What", `${sheet.title} — ${sheet.opening} ${sheet.lead}`],
        ...sheet.facts,
        ...(sheet.respond === undefined ? [] : [["What to do", sheet.respond] as const]),
        ["Seen it?", sheet.acknowledge],
        ["Alert", notification.alert.id],
      ],
      lines: sheet.lines.map((line) => `${line.when} ${line.host} ${line.text}`),
      ...linkOf(sheet),
    };
  }
  if (content.kind === "digest") {
    const lines = content.entries.map(
      ({ sheet, notification: { alert } }) => `${alert.rule.level}: ${sheet.title} (${alert.id})`,
    );
    return { facts: [["Alerts", String(content.entries.length)]], lines: lines.slice(0, 40) };
  }
  // Several lines of our own words; what is foreign in them has been made visible already.
  return {
    facts: [],
    lines: toText(message)
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => visible(line)),
  };
}

function linkOf({ links }: Sheet): { link?: string } {
  const link = [links?.events, links?.dashboard].find(
    (one) => (one?.length ?? Infinity) <= longestLink,
  );
  return link === undefined ? {} : { link };
}

function escapeSlack(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

function cut(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}
