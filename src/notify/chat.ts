import { palette } from "../lib/chart.ts";
import { visible } from "../lib/visible.ts";
import { asciiJson } from "./ecs-alert.ts";
import { digestOf } from "./digest.ts";
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

/** Alerts that a card lists one by one. */
const mostLines = 40;

/** Characters of a Mattermost post, and bytes of a message to Teams, with some room. */
const longestPost = 16_000;
const longestTeams = 13_500;

/**
 * Incoming hook of Slack. Log text stands in `plain_text`, where Slack reads no mark-up and makes no mention. Limits: 50
 * blocks, 150 characters of a header, 3,000 of a section (docs.slack.dev/reference/block-kit/blocks).
 */
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
      ...sectionsOf(card.lines).map((text) => ({ type: "section", text: plain(text) })),
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

/** Lines in as few texts as hold them, at most twenty. */
function sectionsOf(lines: readonly string[]): string[] {
  const texts: string[] = [];
  for (const line of lines) {
    const last = texts.at(-1);
    const joined = last === undefined ? line : `${last}\n${line}`;
    if (last !== undefined && escapeSlack(joined).length <= 2900) texts[texts.length - 1] = joined;
    else texts.push(line);
  }
  return texts.filter((text) => text !== "").slice(0, 20);
}

/**
 * Incoming hook of Mattermost. Log text stands in code spans, where neither Markdown nor `@all` means anything; so rows
 * are left out whole, never cut. A post holds 16,383 characters, a longer text is split somewhere
 * (developers.mattermost.com/integrate/webhooks/incoming).
 */
export function toMattermost(message: Message): object {
  const card = cardOf(message);
  const code = (text: string) => `\`${text.replace(/`/g, "'")}\``;
  const rows = card.facts.map(([label, value]) => `**${label}** ${code(cut(value, 500))}`);
  const lines = card.lines.map((line) => code(cut(line, 500)));
  const link = card.link === undefined ? [] : [`[Open in Kibana](${card.link})`];
  const text = [`#### ${code(cut(card.headline, 500))}`];
  let room = longestPost - [...text, ...link].join("\n").length;
  for (const row of [...rows, ...lines]) {
    room -= row.length + 1;
    if (room >= 0) text.push(row);
  }
  return { text: [...text, ...link].join("\n"), props: { disable_group_highlight: true } };
}

/**
 * Teams workflow: an adaptive card (adaptivecards.io/explorer, 1.4). Log text stands in text runs, which know no
 * Markdown. A message holds 28 KB; the older connectors counted two bytes for each character, so half of it is used
 * (learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors).
 */
export function toTeams(message: Message): object {
  const card = cardOf(message);
  const fits = (one: object) => asciiJson(one).length <= longestTeams;
  const tries = [2000, 600, 200, 80].map((most) => teamsCard(card, most));
  return tries.find(fits) ?? teamsCard({ ...card, lines: [] }, 80);
}

/** With texts of at most so many characters. */
function teamsCard(card: Card, most: number): object {
  const run = (text: string, style: object = {}) => ({
    type: "TextRun",
    text: cut(text, most),
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
    const { reason, summary, groups } = digestOf(content.reason, content.entries);
    const lines = groups.flatMap(({ level, rows }) =>
      rows.map(({ title, id }) => `${level}: ${title} (${id})`),
    );
    const more = lines.length - mostLines;
    return {
      facts: [["Alerts", `${content.entries.length}: ${summary} ${reason}`]],
      lines: [
        ...lines.slice(0, mostLines),
        ...(more > 0 ? [`${more} more: leafwatch alerts list`] : []),
      ],
    };
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
