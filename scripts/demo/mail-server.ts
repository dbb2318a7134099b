import { buffer } from "node:stream/consumers";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

/** A mail as it was received: its envelope and its bytes. */
export interface ReceivedMail {
  from: string;
  to: string[];
  raw: Buffer;
  /** Epoch milliseconds. */
  receivedAt: number;
}

/** An SMTP server on loopback that accepts every mail and keeps it. */
export interface MailServer extends AsyncDisposable {
  readonly port: number;
  /** In the order of arrival; grows as mails come in. */
  readonly mails: readonly ReceivedMail[];
}

/** Starts it on a free port of 127.0.0.1, without TLS and login. */
export async function startMailServer(): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    disabledCommands: ["AUTH", "STARTTLS"],
    logger: false,
    onData(stream, session, done) {
      buffer(stream).then(
        (raw) => {
          const { mailFrom, rcptTo } = session.envelope;
          mails.push({
            from: mailFrom ? mailFrom.address : "",
            to: rcptTo.map(({ address }) => address),
            raw,
            receivedAt: Date.now(),
          });
          done();
        },
        (error: unknown) => {
          done(error instanceof Error ? error : new Error(String(error)));
        },
      );
    },
  });
  // A client that drops its connection is its own affair; without a listener it would end the process.
  server.on("error", () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  // A cast: only a server on a pipe has no AddressInfo.
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    mails,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  };
}
