import assert from "node:assert/strict";
import { silentLog } from "../../../src/lib/log.ts";
import { outboxFigures } from "../../../src/notify/figures.ts";
import { createHistory } from "../../../src/notify/history.ts";
import { createOutbox, openStore } from "../../../src/notify/outbox.ts";
import { openNamespace } from "../../helpers/own-namespace.ts";
import { startSmtp } from "../../helpers/smtp.ts";
import { exampleAlert, exampleNotification, exampleOptions } from "../../unit/notify/examples.ts";
import { minutes, once, signal, t0 } from "./outbox-to.ts";

describe("the outbox in Elasticsearch", function () {
  this.timeout(120_000);

  it("is worked on by four watchers at once, and each of 40 alerts is mailed once", async () => {
    await using smtp = await startSmtp();
    await using own = await openNamespace();
    const { client, namespace } = own;
    const outboxes = Array.from({ length: 4 }, () =>
      createOutbox(openStore(client, namespace), {
        options: exampleOptions(smtp.port, { per_hour: 100 }),
        timezone: "Europe/London",
        log: silentLog,
      }),
    );
    const alerts = Array.from({ length: 40 }, (_, index) => exampleAlert({ id: `storm${index}x` }));
    await Promise.all(
      outboxes.map(async (outbox) => {
        for (const alert of alerts) await outbox.enqueue(exampleNotification(alert), signal);
        await outbox.deliver(t0, signal);
      }),
    );
    await outboxes[0]?.deliver(minutes(1), signal);
    const ids = smtp.mails.map(
      (mail) => /^X-Leafwatch-Alert: (\S+)/im.exec(mail.raw.toString())?.[1],
    );
    assert.equal(ids.length, 40);
    assert.equal(new Set(ids).size, 40);
  });

  it("counts what was sent, repeated and refused, and lists what somebody will not get", async () => {
    await using smtp = await startSmtp();
    await using own = await openNamespace();
    const { client, namespace } = own;
    const outbox = createOutbox(openStore(client, namespace), {
      options: exampleOptions(smtp.port, {
        smtp: { host: "127.0.0.1", port: smtp.port, tls: "off", timeout: "300ms" },
        recipients: { security: ["a@example.org", "b@example.org"] },
        operations: [],
      }),
      timezone: "Europe/London",
      log: silentLog,
      realNow: () => t0,
    });
    smtp.script({
      ...once({ data: "take-and-drop" }),
      rcpt: (address) => (address === "b@example.org" ? 550 : undefined),
    });
    await outbox.enqueue(exampleNotification(), signal);
    await outbox.deliver(t0, signal);
    assert.equal((await outboxFigures(client, namespace, signal)).oldest_waiting, t0.toISOString());
    await outbox.deliver(minutes(1), signal);
    // What is counted is what a search can see.
    await client.indices.refresh({ index: `leafwatch-outbox-${namespace}` });
    const figures = await outboxFigures(client, namespace, signal);
    assert.deepEqual(figures.states, { sent: 1 });
    assert.deepEqual(figures.repeated, { "no answer": 1 });
    assert.deepEqual(
      figures.dead.map(({ address, rule }) => [address, rule]),
      [["b@example.org", "ssh-bruteforce"]],
    );
    assert.deepEqual(
      (await outboxFigures(client, namespace, signal, { from: minutes(1) })).states,
      {},
    );
  });

  it("removes what has been final for longer than events are kept, and nothing that waits", async () => {
    await using smtp = await startSmtp();
    await using own = await openNamespace();
    const { client, namespace } = own;
    const store = openStore(client, namespace);
    const open = () =>
      createOutbox(store, {
        options: exampleOptions(smtp.port, { operations: [], give_up: "900d" }),
        timezone: "UTC",
        log: silentLog,
        realNow: () => t0,
        retentionMs: 400 * 86_400_000,
      });
    await open().enqueue(exampleNotification(), signal);
    await open().deliver(t0, signal);
    smtp.script({ rcpt: () => 450 });
    await open().enqueue(exampleNotification(exampleAlert({ id: "waits" })), signal);
    await open().deliver(t0, signal);
    const left = async () => (await store.rows.list({}, signal)).map(({ doc }) => doc.alert).sort();
    const days = (n: number) => minutes(n * 1440);
    await open().deliver(days(399), signal);
    assert.deepEqual(await left(), ["8c1f2ab47730", "waits"]);
    await open().deliver(days(401), signal);
    assert.deepEqual(await left(), ["waits"]);
    assert.equal((await store.threads.list({ where: { kind: ["thread"] } }, signal)).length, 0);
  });

  it("finds what an alert's group did in the day and the month before", async () => {
    await using own = await openNamespace();
    const { client, namespace } = own;
    const index = `logs-system.auth-${namespace}`;
    const stamps = [
      "2026-07-16T12:59:59Z",
      "2026-07-16T13:02:00Z",
      "2026-07-16T13:03:00Z",
      "2026-07-16T13:59:00Z",
      "2026-07-15T13:30:00Z",
      "2026-06-17T23:30:00Z",
      "2026-06-16T12:00:00Z",
    ];
    await client.bulk({
      refresh: true,
      operations: stamps.flatMap((stamp, number) => [
        { create: { _index: index, _id: `h${number}` } },
        {
          "@timestamp": stamp,
          source: { ip: "203.0.113.5" },
          event: {
            kind: "event",
            dataset: "system.auth",
            outcome: number === 1 ? "failure" : "success",
          },
          data_stream: { type: "logs", dataset: "system.auth", namespace },
        },
      ]),
    });
    const history = await createHistory(client, namespace, "Europe/London")(
      exampleAlert(),
      "2026-07-16T13:08:00Z",
      signal,
    );
    assert.equal(history?.hours.length, 24);
    assert.deepEqual(history.hours.at(-1), { at: "2026-07-16T13:00:00.000Z", count: 3 });
    assert.deepEqual(history.hours.at(-2), { at: "2026-07-16T12:00:00.000Z", count: 1 });
    assert.equal(history.days.length, 30);
    // 23:30 UTC is half past midnight of the next day in London.
    assert.deepEqual(
      history.days.filter((day) => day.count > 0).map((day) => [day.at, day.count]),
      [
        ["2026-06-17T23:00:00.000Z", 1],
        ["2026-07-14T23:00:00.000Z", 1],
        ["2026-07-15T23:00:00.000Z", 4],
      ],
    );
    assert.equal(history.what, "all events with source.ip 203.0.113.5");
    const failures = { query: { term: { "event.outcome": "failure" } }, datasets: ["system.auth"] };
    const narrowed = await createHistory(client, namespace, "Europe/London", (rule) =>
      rule === "ssh-bruteforce" ? failures : undefined,
    )(exampleAlert(), "2026-07-16T13:08:00Z", signal);
    assert.equal(narrowed?.hours.at(-1)?.count, 1);
    assert.equal(narrowed.what, "what this rule looks for, with source.ip 203.0.113.5");
  });
});
