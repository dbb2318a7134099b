import assert from "node:assert/strict";
import { simpleParser } from "mailparser";
import { silentLog } from "../../../src/lib/log.ts";
import { createOutbox } from "../../../src/notify/outbox.ts";
import { startSmtp } from "../../helpers/smtp.ts";
import { memoryStore } from "./memory-store.ts";
import { exampleAlert, exampleNotification, exampleOptions } from "./examples.ts";

const signal = new AbortController().signal;
const t0 = new Date("2026-07-16T13:08:00Z");
const later = (minutes: number) => new Date(t0.getTime() + minutes * 60_000);

describe("notify/outbox", () => {
  it("mails an alert once, however often it is queued and delivered", async () => {
    await using smtp = await startSmtp();
    const store = memoryStore();
    const outbox = createOutbox(store, {
      options: exampleOptions(smtp.port),
      timezone: "Europe/London",
      log: silentLog,
    });
    await outbox.enqueue(exampleNotification(), signal);
    await outbox.enqueue(exampleNotification(), signal);
    assert.deepEqual(await outbox.deliver(t0, signal), { sent: 1, retried: 0, dead: 0 });
    assert.deepEqual(await outbox.deliver(later(1), signal), { sent: 0, retried: 0, dead: 0 });
    assert.equal(smtp.mails.length, 1);
    const mail = await simpleParser(smtp.mails[0]?.raw ?? "");
    assert.equal(mail.subject, "[HIGH] SSH brute force from 203.0.113.5 (web1)");
    assert.equal(mail.headers.get("x-leafwatch-alert"), exampleAlert().id);
    assert.match(mail.text ?? "", /203\.0\.113\.5/);
  });
});
