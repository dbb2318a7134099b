import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { makeCertificate } from "../../helpers/certificates.ts";
import { until } from "../../helpers/poll.ts";
import { readSyslog } from "../../helpers/syslog-reader.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { exampleAlert, exampleNotification } from "../../unit/notify/examples.ts";
import { hostileAlert, hostileText } from "./hostile-alert.ts";
import { minutes, outboxTo, signal, t0 } from "./outbox-to.ts";

/** Takes everything that comes in, whatever the connection. */
async function receiver(
  make: (take: (socket: Socket) => void) => Server,
): Promise<AsyncDisposable & { port: number; received: () => Buffer }> {
  const chunks: Buffer[] = [];
  const server = make((socket) => {
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A cast: only a server on a pipe has no AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    received: () => Buffer.concat(chunks),
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  };
}

/** Sends three messages, one of them hostile, and reads them as a SIEM does. */
async function exchange(port: number, received: () => Buffer, change: object) {
  const siem = { type: "syslog", host: "127.0.0.1", port, ...change };
  const { outbox } = outboxTo({ port: 1 }, { recipients: { security: [siem] } });
  const ipv6 = exampleAlert({ id: "six", group: { "source.ip": "2001:db8::7" } });
  const recovered = exampleAlert({ id: "over" });
  await outbox.enqueue(exampleNotification(hostileAlert()), signal);
  await outbox.enqueue(exampleNotification(ipv6), signal);
  await outbox.enqueue(exampleNotification(recovered, "recovered", { number: 2 }), signal);
  assert.deepEqual(await outbox.deliver(t0, signal), { sent: 3, retried: 0, dead: 0 });
  return until("all messages are there", () => {
    try {
      const messages = readSyslog(received());
      return messages.length === 3 && messages;
    } catch (error) {
      // The end of the last one may be on its way.
      if (/cut off/.test(String(error))) return false;
      throw error;
    }
  });
}

function judge(messages: ReturnType<typeof readSyslog>): void {
  const one = (id: string) => messages.find(({ extension }) => extension["externalId"] === id);
  for (const message of messages) {
    assert.equal(message.facility, 13);
    assert.equal(message.severity, 3);
    assert.equal(message.app, "leafwatch");
    assert.equal(message.timestamp, t0.toISOString());
    assert.deepEqual(message.cef.slice(0, 2), ["Leafwatch", "Leafwatch"]);
    assert.equal(message.cef[5], "8");
  }
  const hostile = one(hostileAlert().id);
  assert.equal(hostile?.extension["src"], "203.0.113.5");
  assert.equal(hostile.extension["act"], "active");
  assert.equal(hostile.cef[3], "login");
  const user = hostile.extension["duser"] ?? "";
  assert.ok(user.startsWith("root\\u000d\\u000aBcc: x@evil.example"), user.slice(0, 60));
  assert.ok(user.includes("act=allowed|src=127.0.0.1") && user.length <= 1023);
  assert.ok(hostileText.length > 1_000_000);
  assert.equal(one("six")?.extension["c6a2"], "2001:db8::7");
  assert.equal(one("six")?.extension["cnt"], "14");
  assert.equal(one("over")?.extension["act"], "recovered");
  assert.equal(one("over")?.msgid, "recovered");
}

describe("notify/notifiers/syslog", () => {
  it("is read by a reader of RFC 5424 and CEF, over plain TCP", async () => {
    await using server = await receiver((take) => createServer(take));
    judge(await exchange(server.port, server.received, { tls: false }));
  });

  it("is read by the same reader over TLS", async () => {
    await using folder = await temporaryFolder();
    const { key, cert, caFile } = await makeCertificate(folder.path);
    await using server = await receiver((take) => createTlsServer({ key, cert }, take));
    const tls = { ca: caFile, servername: "localhost" };
    judge(await exchange(server.port, server.received, tls));
  });

  it("sends nothing to a server whose certificate is not trusted, and tries again", async () => {
    await using folder = await temporaryFolder();
    const { key, cert } = await makeCertificate(folder.path);
    await using server = await receiver((take) => createTlsServer({ key, cert }, take));
    const siem = { type: "syslog", host: "127.0.0.1", port: server.port, servername: "localhost" };
    const { outbox } = outboxTo({ port: 1 }, { recipients: { security: [siem] } });
    await outbox.enqueue(exampleNotification(), signal);
    assert.deepEqual(await outbox.deliver(t0, signal), { sent: 0, retried: 1, dead: 0 });
    assert.deepEqual(await outbox.deliver(minutes(1), signal), { sent: 0, retried: 1, dead: 0 });
    assert.equal(server.received().length, 0);
  });
});
