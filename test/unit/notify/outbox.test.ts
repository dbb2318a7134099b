import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { simpleParser } from "mailparser";
import { silentLog } from "../../../src/lib/log.ts";
import type { Notifier } from "../../../src/notify/notifier.ts";
import { createOutbox, type OutboxStore } from "../../../src/notify/outbox.ts";
import { createChannels } from "../../../src/notify/recipients.ts";
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

  it("sends the others when one message cannot be put into words, and keeps that one", async () => {
    const store = memoryStore();
    const told: string[] = [];
    const spoken: Notifier = {
      key: "email",
      label: "a notifier of the test",
      gathers: true,
      compose: async ({ content }) => {
        const id = content.kind === "alert" ? content.notification.alert.id : "";
        if (id === "bad") throw new Error("no words");
        return Buffer.from(id);
      },
      send: async (payload, addresses) => {
        told.push(Buffer.from(payload).toString());
        return addresses.map((address) => ({ address, outcome: "accepted", answer: "250" }));
      },
      check: async () => undefined,
      close: () => undefined,
    };
    const options = exampleOptions(1);
    const channels = {
      ...createChannels(options, silentLog),
      notifiers: new Map([["email", spoken]]),
    };
    const outbox = createOutbox(store, { options, timezone: "UTC", log: silentLog }, channels);
    for (const id of ["a", "bad", "c"]) {
      await outbox.enqueue(exampleNotification(exampleAlert({ id })), signal);
    }
    assert.deepEqual(await outbox.deliver(t0, signal), { sent: 2, retried: 1, dead: 0 });
    assert.deepEqual(told.sort(), ["a", "c"]);
    const open = await store.rows.list({ where: { state: ["retry"] } }, signal);
    assert.deepEqual(
      open.map(({ doc }) => doc.alert),
      ["bad"],
    );
  });

  it("knows another's claim from its own when both are made at once and an answer is lost", async () => {
    await using smtp = await startSmtp();
    const store = memoryStore();
    // As the documents in Elasticsearch do after a lost answer: what is there now and equal was written by us.
    const unsure: OutboxStore = {
      ...store,
      rows: {
        ...store.rows,
        async replace(seen, doc, stop) {
          const written = await store.rows.replace(seen, doc, stop);
          const now = written ?? (await store.rows.get(seen.id, stop));
          return now && isDeepStrictEqual(now.doc, doc) ? now : undefined;
        },
      },
    };
    const open = () =>
      createOutbox(unsure, {
        options: exampleOptions(smtp.port),
        timezone: "UTC",
        log: silentLog,
        realNow: () => t0,
      });
    const outboxes = [open(), open()];
    await outboxes[0]?.enqueue(exampleNotification(), signal);
    // From the second try on both would send the same bytes.
    smtp.script({ data: () => 451 });
    await outboxes[0]?.deliver(t0, signal);
    smtp.script({});
    await Promise.all(outboxes.map((outbox) => outbox.deliver(later(1), signal)));
    assert.equal(smtp.mails.length, 1);
  });

  it("delivers one pass after the other when asked twice at once", async () => {
    await using smtp = await startSmtp();
    const settings = { options: exampleOptions(smtp.port), timezone: "UTC", log: silentLog };
    const outbox = createOutbox(memoryStore(), settings);
    for (const id of ["a", "b", "c"]) {
      await outbox.enqueue(exampleNotification(exampleAlert({ id })), signal);
    }
    const passes = await Promise.all([outbox.deliver(t0, signal), outbox.deliver(t0, signal)]);
    assert.deepEqual(
      passes.map(({ sent }) => sent),
      [3, 0],
    );
    assert.equal(smtp.mails.length, 3);
  });
});
