import assert from "node:assert/strict";
import fc from "fast-check";
import { silentLog } from "../../../src/lib/log.ts";
import { visible } from "../../../src/lib/visible.ts";
import { levels } from "../../../src/model/alert.ts";
import type { Message } from "../../../src/notify/message.ts";
import { syslog } from "../../../src/notify/notifiers/syslog.ts";
import { describe as putIntoWords } from "../../../src/notify/sheet.ts";
import { readSyslog } from "../../helpers/syslog-reader.ts";
import { exampleAlert, exampleNotification } from "./examples.ts";

const notifier = syslog.create(
  { host: "127.0.0.1", tls: true, facility: 4, timeout: 1000 },
  { log: silentLog },
);

/** What a log may hold, with the characters on which RFC 5424, octet counting and CEF turn. */
const foreign = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom("\\", "|", "=", " ", "\n", "\r", "\0", "é", "💥", "\u202e", "a", "="),
    maxLength: 80,
  }),
  fc.constantFrom("x act=blocked src=192.0.2.1", "a\\=b", "a\\|b\\", "=", "9 <13>1 ", "CEF:0|a|b"),
);

/** One or several alerts whose names, titles and summaries are hostile. */
const stories = fc.array(
  fc.record({
    user: foreign,
    summary: foreign,
    title: foreign,
    level: fc.constantFrom(...levels),
    count: fc.nat(),
    threshold: fc.nat(),
  }),
  { minLength: 1, maxLength: 4 },
);

describe("notify/notifiers/syslog, as bytes", () => {
  it("is taken apart again into the same values, whatever the log says", async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (all) => {
        const notifications = all.map(
          ({ user, summary, title, level, count, threshold }, index) => {
            const alert = exampleAlert({
              id: `alert${index}`,
              summary,
              count,
              threshold,
              group: { "source.ip": `203.0.113.${index}`, "user.name": user, "host.name": "web1" },
            });
            return exampleNotification({ ...alert, rule: { ...alert.rule, title, level } });
          },
        );
        const messages = readSyslog(await bytesOf(notifications));
        assert.equal(messages.length, all.length);
        for (const [index, { cef, extension, facility, msgid }] of messages.entries()) {
          const {
            user = "",
            summary = "",
            title = "",
            level = "low",
            count,
            threshold,
          } = all[index] ?? {};
          const shown = (text: string) => visible(text);
          assert.equal(facility, 4);
          assert.equal(msgid, "active");
          assert.deepEqual(cef.slice(0, 2), ["Leafwatch", "Leafwatch"]);
          assert.equal(cef[3], "ssh-bruteforce");
          assert.equal(cef[4], shown(title));
          assert.equal(
            cef[5],
            { informational: "1", low: "3", medium: "5", high: "8", critical: "10" }[level],
          );
          assert.equal(extension["src"], `203.0.113.${index}`);
          assert.equal(extension["externalId"], `alert${index}`);
          assert.equal(extension["act"], "active");
          assert.equal(extension["cnt"], String(count));
          assert.equal(extension["cn1"], String(threshold));
          assert.equal(extension["dhost"], "web1");
          // CEF ends a value at the last character before the next key: blanks at its end are not kept.
          assert.equal(extension["duser"] ?? "", shown(user).trimEnd());
          assert.equal((extension["msg"] ?? "").trimEnd(), shown(summary).trimEnd());
        }
      }),
      { numRuns: Number(process.env["NOTIFY_SYSLOG_RUNS"] ?? 200) },
    );
  });
});

async function bytesOf(notifications: ReturnType<typeof exampleNotification>[]): Promise<Buffer> {
  const entries = notifications.map((notification) => ({
    notification,
    sheet: putIntoWords(notification, { timezone: "UTC" }),
  }));
  const message: Message = {
    id: "row",
    thread: [],
    addresses: [],
    date: new Date(0),
    subject: "",
    content: { kind: "digest", reason: "limit", entries },
  };
  return Buffer.from(await notifier.compose(message));
}
