import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { silentLog } from "../../../src/lib/log.ts";
import { checkNotify, sendTestMail } from "../../../src/notify/check.ts";
import { createChannels } from "../../../src/notify/recipients.ts";
import { verifyDkim } from "../../helpers/dkim.ts";
import { makeCertificate } from "../../helpers/certificates.ts";
import { startSmtp } from "../../helpers/smtp.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { exampleAlert, exampleNotification, exampleOptions } from "../../unit/notify/examples.ts";
import { minutes, once, outboxTo, parsed, signal, t0 } from "./outbox-to.ts";

/** Headers as they stand, unfolded. */
function rawHeaders(raw: Buffer): string[] {
  const text = raw.toString("utf8");
  return text
    .slice(0, text.indexOf("\r\n\r\n"))
    .replace(/\r\n[ \t]+/g, " ")
    .split("\r\n");
}

describe("notify/notifiers/email", () => {
  it("answers what, who, where, since when, how sure and what to do, in text and HTML", async () => {
    await using smtp = await startSmtp();
    const { outbox } = outboxTo(smtp);
    await outbox.enqueue(exampleNotification(), signal);
    await outbox.deliver(t0, signal);
    const [mail] = await parsed(smtp);
    assert.ok(mail);
    const html = typeof mail.html === "string" ? mail.html : "";
    for (const words of [
      "203.0.113.5",
      "root",
      "web1",
      "14:02:11 BST",
      "13:02:11 UTC",
      "not estimated",
      "block the address at the firewall",
      "leafwatch alerts ack 8c1f2ab47730",
      "T1110.001 Brute Force: Password Guessing",
      "Failed password for oracle",
    ]) {
      assert.ok(html.includes(words), `HTML lacks ${words}`);
      assert.ok(mail.text?.replace(/\s+/g, " ").includes(words), `text lacks ${words}`);
    }
    const picture = mail.attachments.find((one) => one.contentType === "image/png");
    assert.deepEqual([...(picture?.content.subarray(1, 4) ?? [])], [...Buffer.from("PNG")]);
    assert.match(html, /<img [^>]*alt="events of 203\.0\.113\.5: 21 events in 24 hours/);
    for (const line of (mail.text ?? "").split("\n")) assert.ok(line.length <= 72, line);
  });

  it("tells programs that no answer is wanted, and which alert it is about", async () => {
    await using smtp = await startSmtp();
    const { outbox } = outboxTo(smtp);
    await outbox.enqueue(exampleNotification(), signal);
    await outbox.deliver(t0, signal);
    const headers = rawHeaders(smtp.mails[0]?.raw ?? Buffer.alloc(0));
    for (const header of [
      "Auto-Submitted: auto-generated",
      "X-Auto-Response-Suppress: All",
      "X-Leafwatch-Alert: 8c1f2ab47730",
      "X-Leafwatch-Rule: ssh-bruteforce",
      "X-Leafwatch-Level: high",
      "X-Leafwatch-Transition: active",
    ]) {
      assert.ok(
        headers.some((one) => one.toLowerCase() === header.toLowerCase()),
        header,
      );
    }
    assert.ok(!headers.some((one) => /^(References|In-Reply-To|X-Mailer):/i.test(one)));
  });

  it("threads the mails about one alert, with a subject that stays", async () => {
    await using smtp = await startSmtp();
    const { outbox } = outboxTo(smtp);
    const alert = exampleAlert();
    await outbox.enqueue(exampleNotification(alert), signal);
    await outbox.deliver(t0, signal);
    const grown = { ...alert, count: 99, figures: { ...alert.figures, count: 99 } };
    await outbox.enqueue(exampleNotification(grown, "repeat", { number: 2 }), signal);
    await outbox.enqueue(exampleNotification(grown, "recovered", { number: 3 }), signal);
    await outbox.deliver(minutes(1), signal);
    const [first, second, third] = await parsed(smtp);
    assert.deepEqual(
      [first?.subject, second?.subject, third?.subject].map((one) => one?.replace(/^\[\w+\] /, "")),
      Array(3).fill("SSH brute force from 203.0.113.5 (web1)"),
    );
    assert.ok(third?.subject?.startsWith("[RECOVERED]"));
    for (const later of [second, third]) {
      assert.equal(later?.inReplyTo, first?.messageId);
      assert.deepEqual([later?.references].flat(), [first?.messageId]);
    }
    assert.equal(new Set([first, second, third].map((one) => one?.messageId)).size, 3);
  });

  it("says first that the level rose since the last mail that arrived, in the same thread", async () => {
    await using smtp = await startSmtp();
    const { outbox } = outboxTo(smtp);
    const raised = exampleAlert();
    raised.rule = { ...raised.rule, level: "critical" };
    const at = (minute: number) => minutes(minute).toISOString();
    await outbox.enqueue(exampleNotification(exampleAlert(), "active", { at: at(0) }), signal);
    await outbox.deliver(t0, signal);
    for (const number of [2, 3]) {
      const hours = { number, at: at(60 * number - 60) };
      await outbox.enqueue(exampleNotification(raised, "repeat", hours), signal);
      await outbox.deliver(new Date(hours.at), signal);
    }
    const [first, rise, repeat] = await parsed(smtp);
    assert.ok(rise);
    assert.equal(rise.subject, first?.subject?.replace("[HIGH]", "[CRITICAL]"));
    assert.equal(rise.inReplyTo, first?.messageId);
    const words = "Was HIGH, now CRITICAL: since Thu 16 Jul 2026, 15:08:00 BST";
    assert.ok(rise.text?.includes(`\n\n${words}`), rise.text);
    assert.ok(typeof rise.html === "string" && rise.html.includes(words));
    assert.match(repeat?.text ?? "", /\n\nIt still goes on\./);
  });

  it("sends the recovery to those who got the first mail, whatever the rule says now", async () => {
    await using smtp = await startSmtp();
    const { outbox } = outboxTo(smtp, {
      recipients: { security: ["it@example.org"], board: ["board@example.org"] },
    });
    await outbox.enqueue(exampleNotification(), signal);
    await outbox.deliver(t0, signal);
    await outbox.enqueue(
      exampleNotification(exampleAlert(), "recovered", { number: 2, to: ["board"] }),
      signal,
    );
    await outbox.deliver(minutes(1), signal);
    assert.deepEqual(
      smtp.mails.map((mail) => mail.to),
      [["it@example.org"], ["it@example.org"]],
    );
  });

  it("sends the weekly report with its picture and its PDF", async () => {
    await using smtp = await startSmtp();
    const { outbox, store } = outboxTo(smtp);
    const pdf = Buffer.from("%PDF-1.7 not really");
    const attachments = [
      {
        filename: "trend.png",
        contentType: "image/png",
        content: Buffer.from("png"),
        cid: "trend@leafwatch",
      },
      { filename: "leafwatch-2026-W29.pdf", contentType: "application/pdf", content: pdf },
    ];
    const report = {
      id: "report-2026-W29",
      subject: "Weekly report",
      text: "All is well.",
      html: '<p>All is well.</p><img src="cid:trend@leafwatch" alt="trend">',
      attachments,
      to: ["security"],
    };
    await outbox.enqueueMail(report, t0, signal);
    await outbox.enqueueMail(report, t0, signal);
    assert.equal((await outbox.deliver(t0, signal)).sent, 1);
    const [mail] = await parsed(smtp);
    assert.equal(mail?.subject, "Weekly report");
    assert.deepEqual(
      mail.attachments.find((one) => one.contentType === "application/pdf")?.content,
      pdf,
    );
    const structure = (smtp.mails[0]?.raw.toString() ?? "").match(/multipart\/\w+/g);
    assert.deepEqual(structure, ["multipart/mixed", "multipart/alternative", "multipart/related"]);
    const [row] = await store.rows.list({}, signal);
    assert.ok(
      row && !JSON.stringify(row.doc).includes(pdf.toString("base64")),
      "the PDF is kept after it was sent",
    );
  });

  it("signs with DKIM where a key is given, the same at every try", async () => {
    await using smtp = await startSmtp();
    const { privateKey, publicKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    const dkim = { domain: "example.org", selector: "leafwatch", private_key: privateKey };
    const { outbox } = outboxTo(smtp, {
      smtp: { host: "127.0.0.1", port: smtp.port, tls: "off", timeout: "300ms", dkim },
    });
    smtp.script(once({ data: "take-and-drop" }));
    await outbox.enqueue(exampleNotification(), signal);
    await outbox.deliver(t0, signal);
    await outbox.deliver(minutes(2), signal);
    assert.equal(smtp.mails.length, 2);
    const [mail] = smtp.mails;
    assert.ok(mail && smtp.mails[1]?.raw.equals(mail.raw));
    const { signed, ...verdict } = verifyDkim(mail.raw, publicKey);
    const right = { bodyHash: true, signature: true, domain: "example.org", selector: "leafwatch" };
    assert.deepEqual(verdict, right);
    for (const name of ["from", "to", "subject", "date", "message-id"])
      assert.ok(signed.includes(name), `${name} is not signed`);
    // The verification can fail: one letter of the subject, one of a part.
    const forged = (from: string, to: string) =>
      verifyDkim(Buffer.from(mail.raw.toString("latin1").replace(from, to), "latin1"), publicKey);
    assert.equal(forged("Subject: [HIGH]", "Subject: [HIGI]").signature, false);
    assert.equal(forged("Content-Type: text/html", "Content-Type: text/htmm").bodyHash, false);
  });
});

describe("encryption and login", () => {
  const login = { user: "leafwatch", password: "correct horse" };

  it("sends nothing to a server without STARTTLS unless the config says so", async () => {
    await using smtp = await startSmtp();
    const options = { smtp: { host: "127.0.0.1", port: smtp.port, timeout: "2s" } };
    const { outbox } = outboxTo(smtp, options);
    await outbox.enqueue(exampleNotification(), signal);
    assert.equal((await outbox.deliver(t0, signal)).retried, 1);
    assert.equal(smtp.mails.length, 0);
    const channels = createChannels(exampleOptions(smtp.port, options), silentLog);
    const [result] = await checkNotify(channels, signal);
    assert.equal(result?.error?.code, "SMTP_TLS");
  });

  it("trusts only a certificate that it is told to trust, and logs in", async () => {
    await using folder = await temporaryFolder();
    const { key, cert, caFile } = await makeCertificate(folder.path);
    await using smtp = await startSmtp({ tls: { key, cert }, login });
    const settings = {
      host: "127.0.0.1",
      port: smtp.port,
      servername: "localhost",
      timeout: "2s",
      ...login,
    };
    const check = async (change: object) => {
      const channels = createChannels(
        exampleOptions(smtp.port, { smtp: { ...settings, ...change } }),
        silentLog,
      );
      const [result] = await checkNotify(channels, signal);
      return result?.error?.code;
    };
    assert.equal(await check({}), "SMTP_TLS");
    assert.equal(await check({ ca: caFile, password: "wrong" }), "SMTP_LOGIN");
    assert.equal(await check({ ca: caFile }), undefined);
    const channels = createChannels(
      exampleOptions(smtp.port, { smtp: { ...settings, ca: caFile } }),
      silentLog,
    );
    await sendTestMail(channels, "me@example.org", t0, signal);
    assert.deepEqual(
      smtp.mails.map((mail) => mail.to),
      [["me@example.org"]],
    );
  });

  it("says that a server is not there", async () => {
    await using smtp = await startSmtp();
    const { port } = smtp;
    await smtp[Symbol.asyncDispose]();
    const [result] = await checkNotify(createChannels(exampleOptions(port), silentLog), signal);
    assert.equal(result?.error?.code, "SMTP_UNREACHABLE");
    assert.ok(!result.error.message.includes("password"));
  });
});
