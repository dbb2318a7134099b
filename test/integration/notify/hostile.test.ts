import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { createServer as createHttpServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { createServer as createTlsServer } from "node:tls";
import { simpleParser } from "mailparser";
import { makeCertificate } from "../../helpers/certificates.ts";
import { until } from "../../helpers/poll.ts";
import { startSmtp } from "../../helpers/smtp.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { exampleNotification } from "../../unit/notify/examples.ts";
import { hostileAlert, hostileText } from "./hostile-alert.ts";
import { outboxTo, signal, t0 } from "./outbox-to.ts";

const acting =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

describe("hostile log lines", () => {
  it("stay out of every header and are harmless in text and HTML", async () => {
    await using smtp = await startSmtp();
    const { outbox } = outboxTo(smtp);
    await outbox.enqueue(exampleNotification(hostileAlert()), signal);
    await outbox.deliver(t0, signal);
    const [taken] = smtp.mails;
    assert.deepEqual(taken?.to, ["it@example.org"]);
    assert.ok(taken.raw.length < 200_000, "a name of a megabyte is cut");
    const mail = await simpleParser(taken.raw);
    assert.equal(mail.subject, "[HIGH] Login of a user from 203.0.113.5 (web1)");
    assert.equal(mail.bcc, undefined);
    for (const [name, value] of mail.headers) {
      assert.doesNotMatch(JSON.stringify(value), /evil|script|root|7\*7/i, name);
    }
    const head = taken.raw.toString().split("\r\n\r\n")[0] ?? "";
    assert.match(head, /^[\x20-\x7e\r\n\t]+$/);
    const html = typeof mail.html === "string" ? mail.html : "";
    assert.doesNotMatch(html, /<script|<img src=x|href="(?!cid:)/i);
    assert.doesNotMatch(html, acting);
    assert.doesNotMatch(mail.text ?? "", acting);
    assert.doesNotMatch(`${html} ${mail.text ?? ""}`, /https?:\/\/evil|javascript:|www\.evil/i);
    for (const shown of ["\\u202e", "\\u001b[2J", "\\u000d\\u000aBcc:", "<%= 7*7 %>", "{{7*7}}"]) {
      assert.ok(
        mail.text?.replace(/\n\s+/g, "").includes(shown.replace(/ /g, "")) ||
          mail.text?.includes(shown),
        `text lacks ${shown}`,
      );
    }
    assert.ok(html.includes("&lt;script&gt;"));
  });

  it("reach a webhook as ASCII JSON with their values, signed", async () => {
    const received: { body: Buffer; headers: IncomingHttpHeaders }[] = [];
    await using http = await listening(
      createHttpServer((request, response) => {
        void buffer(request).then((body) => {
          received.push({ body, headers: request.headers });
          response.end();
        });
      }),
    );
    const url = `http://127.0.0.1:${http.port}/hook`;
    const { outbox } = outboxTo(
      { port: 1 },
      { recipients: { security: [{ type: "webhook", url, secret: "s3cret" }] } },
    );
    await outbox.enqueue(exampleNotification(hostileAlert()), signal);
    assert.deepEqual(await outbox.deliver(t0, signal), { sent: 1, retried: 0, dead: 0 });
    const [call] = received;
    assert.ok(call);
    assert.match(call.body.toString("latin1"), /^[\x20-\x7e]+$/);
    // A cast: what this test sent itself.
    const alert = JSON.parse(call.body.toString()) as {
      event: { kind: string };
      leafwatch: { alert: { group: Record<string, string> } };
    };
    assert.equal(alert.event.kind, "alert");
    assert.ok(
      hostileText.startsWith(alert.leafwatch.alert.group["user.name"]?.slice(0, 100) ?? "?"),
    );
    assert.equal(
      call.headers["x-leafwatch-signature"],
      `sha256=${createHmac("sha256", "s3cret").update(call.body).digest("hex")}`,
    );
  });

  for (const template of ["slack", "mattermost", "teams"] as const) {
    it(`neither mention nor link nor format anything in ${template}`, async () => {
      const bodies: Buffer[] = [];
      await using http = await listening(
        createHttpServer((request, response) => {
          void buffer(request).then((body) => {
            bodies.push(body);
            response.end("ok");
          });
        }),
      );
      const url = `http://127.0.0.1:${http.port}/hook`;
      const { outbox } = outboxTo(
        { port: 1 },
        { recipients: { security: [{ type: "webhook", url, template }] } },
      );
      await outbox.enqueue(
        exampleNotification(
          hostileAlert("<!channel> @all [click](http://evil.example) `code` **bold** "),
        ),
        signal,
      );
      assert.equal((await outbox.deliver(t0, signal)).sent, 1);
      const texts = stringsOf(JSON.parse(bodies[0]?.toString() ?? "null"));
      assert.ok(texts.some((text) => text.includes("203.0.113.5")));
      for (const text of texts) assert.doesNotMatch(text, acting);
      for (const text of texts) assert.doesNotMatch(text, /:\/\/evil/);
      if (template === "slack") for (const text of texts) assert.doesNotMatch(text, /[<>]/);
      if (template === "mattermost") {
        const outsideOfCode = texts.join("\n").replace(/`[^`\n]*`/g, "");
        assert.doesNotMatch(outsideOfCode, /@all|\[click\]|\*\*bold/);
      }
      if (template === "teams")
        assert.ok(!bodies[0]?.toString().includes('"TextBlock"'), "a TextBlock reads Markdown");
    });
  }

  it("are one line of CEF each in syslog, over TLS", async () => {
    await using folder = await temporaryFolder();
    const { key, cert, caFile } = await makeCertificate(folder.path);
    const received: Buffer[] = [];
    await using server = await listening(
      createTlsServer(
        { key, cert },
        (socket) =>
          void socket
            .on("data", (chunk: Buffer) => received.push(chunk))
            .on("error", () => undefined),
      ),
    );
    const siem = {
      type: "syslog",
      host: "127.0.0.1",
      port: server.port,
      ca: caFile,
      servername: "localhost",
    };
    const { outbox } = outboxTo({ port: 1 }, { recipients: { security: [siem] } });
    await outbox.enqueue(exampleNotification(hostileAlert()), signal);
    assert.equal((await outbox.deliver(t0, signal)).sent, 1);
    const frame = await until(
      "the message is there",
      () => received.length > 0 && Buffer.concat(received),
    );
    const [, length = "", rest = ""] = /^(\d+) (.*)$/s.exec(frame.toString()) ?? [];
    assert.equal(Number(length), Buffer.byteLength(rest));
    assert.match(
      rest,
      /^<107>1 2026-07-16T13:08:00\.000Z \S+ leafwatch \d+ active - CEF:0\|Leafwatch\|Leafwatch\|[\d.]+\|login\|[^|]+\|8\|/,
    );
    assert.doesNotMatch(rest, acting);
    assert.doesNotMatch(rest, /[\r\n]/);
    assert.match(rest, / src=203\.0\.113\.5 /);
    // An unescaped "=" in a value would begin a field of the attacker's.
    assert.doesNotMatch(rest, /(?<!\\)\bact=allowed/);
  });

  it("reach a command on its standard input alone", async () => {
    await using folder = await temporaryFolder();
    const out = join(folder.path, "out");
    const script = join(folder.path, "tell");
    await writeFile(script, `#!/bin/sh\ncat > "${out}"\n(echo "$@"; env) > "${out}.args"\n`);
    await chmod(script, 0o755);
    const { outbox } = outboxTo(
      { port: 1 },
      { recipients: { security: [{ type: "command", run: [script, "alert"], enabled: true }] } },
    );
    await outbox.enqueue(exampleNotification(hostileAlert()), signal);
    assert.equal((await outbox.deliver(t0, signal)).sent, 1);
    assert.match(await readFile(out, "latin1"), /^[\x20-\x7e]+\n$/);
    assert.doesNotMatch(await readFile(`${out}.args`, "utf8"), /evil|203\.0\.113\.5/);
  });
});

/** The server on a free port of 127.0.0.1, closed when disposed. */
async function listening(
  server: Server & { closeAllConnections?: () => void },
): Promise<AsyncDisposable & { port: number }> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A cast: only a server on a pipe has no AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections?.();
      }),
  };
}

function stringsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (value === null || typeof value !== "object") return [];
  return Object.values(value).flatMap((inner) => stringsOf(inner));
}
