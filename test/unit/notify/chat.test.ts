import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import { asciiJson } from "../../../src/notify/ecs-alert.ts";
import { toMattermost, toSlack, toTeams } from "../../../src/notify/chat.ts";
import type { Message } from "../../../src/notify/message.ts";
import { describe as putIntoWords } from "../../../src/notify/sheet.ts";
import { exampleAlert, exampleNotification } from "./examples.ts";

/* What each side documents of its incoming hooks; a message outside of it is refused as a whole. */
const plainText = (max: number) =>
  z.strictObject({
    type: z.literal("plain_text"),
    text: z.string().min(1).max(max),
    emoji: z.boolean().optional(),
  });
const slack = z.strictObject({
  text: z.string().min(1).max(40_000),
  unfurl_links: z.boolean(),
  unfurl_media: z.boolean(),
  blocks: z
    .array(
      z.discriminatedUnion("type", [
        z.strictObject({ type: z.literal("header"), text: plainText(150) }),
        z.strictObject({ type: z.literal("section"), text: plainText(3000) }),
        z.strictObject({
          type: z.literal("actions"),
          elements: z.array(
            z.strictObject({
              type: z.literal("button"),
              text: plainText(75),
              url: z.url().max(3000),
            }),
          ),
        }),
      ]),
    )
    .max(50),
});
const mattermost = z.strictObject({
  text: z.string().min(1).max(16_383),
  props: z.strictObject({ disable_group_highlight: z.boolean() }),
});
const textRun = z.strictObject({
  type: z.literal("TextRun"),
  text: z.string().min(1),
  weight: z.enum(["Lighter", "Default", "Bolder"]).optional(),
  size: z.enum(["Default", "Small", "Medium", "Large", "ExtraLarge"]).optional(),
  fontType: z.enum(["Default", "Monospace"]).optional(),
});
const teams = z.strictObject({
  type: z.literal("message"),
  attachments: z.tuple([
    z.strictObject({
      contentType: z.literal("application/vnd.microsoft.card.adaptive"),
      content: z.strictObject({
        $schema: z.literal("http://adaptivecards.io/schemas/adaptive-card.json"),
        type: z.literal("AdaptiveCard"),
        version: z.enum(["1.2", "1.3", "1.4", "1.5"]),
        body: z.array(
          z.strictObject({ type: z.literal("RichTextBlock"), inlines: z.array(textRun).min(1) }),
        ),
        actions: z
          .array(
            z.strictObject({ type: z.literal("Action.OpenUrl"), title: z.string(), url: z.url() }),
          )
          .optional(),
      }),
    }),
  ]),
});

const forms: [string, (message: Message) => object, z.ZodType][] = [
  ["Slack", toSlack, slack],
  ["Mattermost", toMattermost, mattermost],
  ["Teams", toTeams, teams],
];

function alertMessage(name: string): Message {
  const { evidence } = exampleAlert();
  const alert = exampleAlert({
    group: { "source.ip": "203.0.113.5", "user.name": name },
    evidence: { ...evidence, lines: evidence.lines.map((line) => ({ ...line, original: name })) },
  });
  const notification = exampleNotification(alert);
  const links = () => ({
    events: `https://kibana.example.org/app/discover#/?_a=${Buffer.from(name).toString("base64url")}`,
    dashboard: "https://kibana.example.org/app/dashboards#/view/leafwatch-logins",
  });
  const sheet = putIntoWords(notification, { timezone: "UTC", links });
  const subject = "[HIGH] SSH brute force from 203.0.113.5 (web1)";
  return {
    id: "row",
    thread: [],
    addresses: [],
    date: new Date(0),
    subject,
    content: { kind: "alert", notification, sheet },
  };
}

/** Teams takes 28 KB, and has counted two bytes for a character. */
function fitsTeams(card: object): void {
  assert.ok(Buffer.byteLength(asciiJson(card)) < 14_000);
}

describe("notify/chat", () => {
  it("never cuts a code span open: what follows would be Markdown, and call people", () => {
    const { content, ...rest } = alertMessage("x @all **bold** ".repeat(40));
    assert.equal(content.kind, "alert");
    const entries = Array.from({ length: 60 }, () => content);
    const digest = { kind: "digest", reason: "limit", entries } as const;
    for (const one of [content, digest]) {
      const { text } = mattermost.parse(toMattermost({ ...rest, content: one }));
      for (const row of text.split("\n")) {
        assert.equal((row.match(/`/g) ?? []).length % 2, 0, row);
        assert.doesNotMatch(row.replace(/`[^`]*`/g, ""), /@all|\*\*bold/);
      }
    }
  });

  it("fits into what each service takes, whatever names, lines and lists hold", function () {
    this.timeout(60_000);
    const hostile = fc.string({ unit: "binary", maxLength: 3000 });
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 60 }), (name, amount) => {
        const { content, ...rest } = alertMessage(name);
        assert.equal(content.kind, "alert");
        const digest = {
          kind: "digest",
          reason: "limit",
          entries: Array(amount).fill(content),
        } as const;
        for (const one of [content, digest]) {
          for (const [who, form, shape] of forms) {
            const card = form({ ...rest, content: one });
            shape.parse(card);
            if (who === "Teams") fitsTeams(card);
          }
        }
      }),
      { numRuns: 15, endOnFailure: true },
    );
  });

  for (const [who, form, shape] of forms) {
    it(`gives ${who} what it documents, with a link`, () => {
      const card = form(alertMessage("root"));
      shape.parse(card);
      assert.match(JSON.stringify(card), /kibana\.example\.org/);
    });

    it(`gives ${who} what it documents, whatever the log says`, () => {
      for (const name of [
        "<&>".repeat(700),
        "\u202e`@all`".repeat(250),
        "\u00fc".repeat(2000),
        " ".repeat(2000),
        "",
      ]) {
        const card = form(alertMessage(name));
        shape.parse(card);
        if (who === "Teams") fitsTeams(card);
      }
    });

    it(`gives ${who} word of a mail about many, and of our own troubles`, () => {
      const { content, ...rest } = alertMessage("root");
      assert.equal(content.kind, "alert");
      const entries = Array.from({ length: 500 }, () => ({
        notification: content.notification,
        sheet: content.sheet,
      }));
      const digest = { kind: "digest", reason: "limit", entries } as const;
      const many = form({ ...rest, content: digest });
      shape.parse(many);
      if (who === "Teams") fitsTeams(many);
      assert.match(JSON.stringify(many), /460 more: leafwatch alerts list/);
      const problem = { key: "k", level: "high", title: "t", detail: "d\n".repeat(100) } as const;
      shape.parse(form({ ...rest, content: { kind: "problem", problem, over: false, rows: [] } }));
    });
  }
});
