import assert from "node:assert/strict";
import type { ParsedMail } from "mailparser";
import type { Level } from "../../../src/model/alert.ts";
import { startSmtp } from "../../helpers/smtp.ts";
import { exampleAlert, exampleNotification } from "../../unit/notify/examples.ts";
import { minutes, outboxTo, parsed, signal, t0 } from "./outbox-to.ts";

function alertOf(id: string, level: Level = "high", late = false) {
  const alert = exampleAlert({ id, late });
  return { ...alert, rule: { ...alert.rule, level } };
}

/** The alerts that a mail names to programs. */
function idsOf(mail: ParsedMail | undefined): string[] {
  const header = mail?.headers.get("x-leafwatch-alert");
  return typeof header === "string" ? header.split(", ") : [];
}

describe("a storm of alerts", () => {
  it("becomes a few mails and one with a table; each alert is in exactly one of them", async () => {
    await using smtp = await startSmtp();
    const { outbox } = outboxTo(smtp, { per_hour: 5 });
    for (let index = 0; index < 60; index++) {
      const level = index === 33 ? "critical" : "medium";
      await outbox.enqueue(exampleNotification(alertOf(`alert${index}x`, level)), signal);
    }
    await outbox.deliver(t0, signal);
    const mails = await parsed(smtp);
    assert.equal(mails.length, 5);
    const told = mails.flatMap(idsOf);
    assert.deepEqual(
      told.sort(),
      Array.from({ length: 60 }, (_, index) => `alert${index}x`).sort(),
    );
    const table = mails.find((mail) => mail.subject === "[MEDIUM] 56 alerts in one mail");
    const inHeader = idsOf(table);
    assert.equal(inHeader.length, 56);
    assert.ok(!inHeader.includes("alert33x"), "the critical one goes alone");
    for (const id of inHeader) {
      assert.ok(table?.text?.includes(`id ${id}`) && String(table.html).includes(id), id);
    }
  });

  it("waits when the hour is full, and goes on as one mail when there is room again", async () => {
    await using smtp = await startSmtp();
    const { outbox } = outboxTo(smtp, { per_hour: 2 });
    for (let minute = 0; minute < 30; minute++) {
      await outbox.enqueue(
        exampleNotification(alertOf(`alert${minute}x`), "active", {
          at: minutes(minute).toISOString(),
        }),
        signal,
      );
      await outbox.deliver(minutes(minute), signal);
    }
    assert.equal(smtp.mails.length, 2);
    await outbox.deliver(minutes(60), signal);
    const mails = await parsed(smtp);
    assert.equal(mails.length, 3);
    assert.equal(mails[2]?.subject, "[HIGH] 28 alerts in one mail");
  });

  it("never mixes those who read: each gets his own alerts", async () => {
    await using smtp = await startSmtp();
    const { outbox } = outboxTo(smtp, {
      per_hour: 2,
      recipients: { security: ["it@example.org"], board: ["board@example.org"] },
    });
    for (let index = 0; index < 10; index++) {
      const to = [index % 2 === 0 ? "security" : "board"];
      await outbox.enqueue(
        exampleNotification(alertOf(`${to[0] ?? ""}${index}`), "active", { to }),
        signal,
      );
    }
    await outbox.deliver(t0, signal);
    assert.equal(smtp.mails.length, 4);
    for (const { to, raw } of smtp.mails) {
      const other = to[0] === "it@example.org" ? /board\d/ : /security\d/;
      assert.doesNotMatch(raw.toString(), other);
    }
  });

  it("keeps two watchers within the hourly limit of an address", async () => {
    await using smtp = await startSmtp();
    const { outbox, store } = outboxTo(smtp, { per_hour: 4 });
    const second = outboxTo(smtp, { per_hour: 4 }, store).outbox;
    for (let index = 0; index < 20; index++)
      await outbox.enqueue(exampleNotification(alertOf(`alert${index}x`)), signal);
    await Promise.all([outbox.deliver(t0, signal), second.deliver(t0, signal)]);
    assert.ok(smtp.mails.length <= 4, `${smtp.mails.length} mails`);
    await outbox.deliver(minutes(61), signal);
    await outbox.deliver(minutes(122), signal);
    const told = (await parsed(smtp)).flatMap(idsOf);
    assert.equal(told.length, 20);
    assert.equal(new Set(told).size, 20);
  });

  it("tells what was found late in one mail, first messages and recoveries alike", async () => {
    await using smtp = await startSmtp();
    const { outbox } = outboxTo(smtp);
    for (let index = 0; index < 6; index++) {
      const alert = alertOf(`alert${index}x`, "high", true);
      await outbox.enqueue(exampleNotification(alert), signal);
      await outbox.enqueue(exampleNotification(alert, "recovered", { number: 2 }), signal);
    }
    await outbox.deliver(t0, signal);
    const [mail, ...others] = await parsed(smtp);
    assert.equal(others.length, 0);
    assert.equal(mail?.headers.get("x-leafwatch-transition"), "active, recovered");
    assert.match(mail.text ?? "", /found after the fact/);
    assert.ok(!mail.headers.has("references"));
  });

  it("keeps low levels back through quiet hours, high ones not", async () => {
    await using smtp = await startSmtp();
    const { outbox } = outboxTo(smtp, {
      delivery: { security: { quiet: { from: "22:00", to: "07:00" } } },
    });
    const night = new Date("2026-07-16T22:30:00Z");
    const at = night.toISOString();
    for (const id of ["low1", "low2"])
      await outbox.enqueue(exampleNotification(alertOf(id, "low"), "active", { at }), signal);
    await outbox.enqueue(exampleNotification(alertOf("high1"), "active", { at }), signal);
    await outbox.deliver(night, signal);
    assert.equal(smtp.mails.length, 1);
    await outbox.deliver(new Date("2026-07-17T05:59:00Z"), signal);
    assert.equal(smtp.mails.length, 1);
    await outbox.deliver(new Date("2026-07-17T06:00:00Z"), signal);
    const mails = await parsed(smtp);
    assert.deepEqual(
      mails.map((mail) => idsOf(mail).sort()),
      [["high1"], ["low1", "low2"]],
    );
  });

  it("goes where level, rule, tag and host send it, and to nobody twice", async () => {
    await using smtp = await startSmtp();
    const { outbox } = outboxTo(smtp, {
      recipients: {
        security: ["it@example.org"],
        web: ["web@example.org", "IT@example.org"],
        boss: ["boss@example.org"],
        night: ["night@example.org"],
      },
      routes: [
        { when: { level: ["high", "critical"] }, to: ["boss"] },
        { when: { rule: "ssh-*", host: "web*" }, to: ["web"] },
        { when: { tag: "night" }, to: ["night"] },
        { when: { level: "low" }, to: ["night"] },
      ],
    });
    await outbox.enqueue(exampleNotification(), signal);
    await outbox.deliver(t0, signal);
    assert.deepEqual(
      smtp.mails.map((mail) => mail.to),
      [["it@example.org", "boss@example.org", "web@example.org"]],
    );
  });
});
