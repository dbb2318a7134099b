import { Readable } from "node:stream";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { messageOf } from "../lib/errors.ts";
import type { Claim, Result } from "./notifier.ts";
import { readCertificates } from "./reach.ts";
import { smtpError, verdict, type SmtpFailure } from "./smtp-errors.ts";

/** How to reach the mail server. Times in milliseconds. */
export interface SmtpSettings {
  host: string;
  port: number;
  /** `starttls`: refused where the server has none. `implicit`: TLS from the first byte. `off`: in the clear. */
  tls: "starttls" | "implicit" | "off";
  /** Path of PEM certificates to trust beside Node's own. */
  ca?: string;
  servername?: string;
  user?: string;
  password?: string;
  /** Our name in EHLO. */
  name?: string;
  timeoutMs: number;
}

/** A connection to the mail server that is opened when first needed, kept for the next message, and opened anew when lost. */
export interface Smtp {
  /** One result for each address. Never throws for anything the server does. */
  send(
    from: string,
    addresses: readonly string[],
    raw: Uint8Array,
    claim: Claim,
  ): Promise<Result[]>;
  /** Connects and logs in. @throws AppError SMTP_UNREACHABLE, SMTP_TLS, SMTP_LOGIN */
  verify(signal: AbortSignal): Promise<void>;
  close(): void;
}

/**
 * nodemailer's connection, driven by ourselves: its transports do not tell whether a message was handed over
 * completely when the connection broke, and its pool sends such a message again by itself.
 */
export function createSmtp(settings: SmtpSettings): Smtp {
  let open: SMTPConnection | undefined;
  const drop = () => {
    open?.close();
    open = undefined;
  };

  const connect = async (signal: AbortSignal): Promise<SMTPConnection> => {
    if (open && !open.destroyed) return open;
    const { host, port, tls, servername, timeoutMs, name } = settings;
    const ca =
      settings.ca === undefined
        ? undefined
        : await readCertificates(settings.ca, "SMTP_TLS", "notify.smtp.ca");
    const connection = new SMTPConnection({
      host,
      port,
      secure: tls === "implicit",
      requireTLS: tls === "starttls",
      ignoreTLS: tls === "off",
      tls: { ...(ca && { ca }), ...(servername !== undefined && { servername }) },
      ...(name !== undefined && { name }),
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      dnsTimeout: timeoutMs,
    });
    try {
      await step(connection, signal, (done) => {
        connection.connect(done);
      });
      const { user, password } = settings;
      if (user !== undefined) {
        await step(connection, signal, (done) => {
          connection.login({ credentials: { user, pass: password ?? "" } }, done);
        });
      }
    } catch (error) {
      connection.close();
      throw error;
    }
    // After the last answer nobody waits for an error any more; the next use finds the connection destroyed.
    connection.on("error", () => undefined);
    open = connection;
    return connection;
  };

  return {
    async send(from, addresses, raw, claim) {
      let connection: SMTPConnection;
      try {
        connection = await connect(claim.signal);
      } catch (error) {
        const answer = messageOf(smtpError(error, settings));
        return addresses.map((address) => ({
          address,
          outcome: "again",
          answer,
          unreachable: true,
        }));
      }
      const hand = handOver(raw, claim);
      try {
        const info = await step<SMTPConnection.SentMessageInfo>(
          connection,
          claim.signal,
          (done) => {
            connection.send({ from, to: [...addresses], size: raw.length }, hand.stream, done);
          },
        );
        return addresses.map((address) => {
          const rejected = info.rejectedErrors?.find((one) => one.recipient === address);
          if (rejected) return { address, ...verdict(rejected) };
          return { address, outcome: "accepted", answer: info.response };
        });
      } catch (error) {
        const broken = error as SmtpFailure;
        const rejections = broken.rejectedErrors ?? [];
        const answered = broken.responseCode !== undefined && !connection.destroyed;
        // After a refusal the connection could go on, but a new one is surely in a known state.
        drop();
        return addresses.map((address) => {
          const rejected = rejections.find((one) => one.recipient === address);
          if (rejected) return { address, ...verdict(rejected) };
          if (broken.responseCode === undefined && hand.complete()) {
            return { address, outcome: "unknown", answer: messageOf(error) };
          }
          return { address, ...verdict(broken), ...(answered ? {} : { unreachable: true }) };
        });
      }
    },
    async verify(signal) {
      try {
        await connect(signal);
      } catch (error) {
        throw smtpError(error, settings);
      } finally {
        drop();
      }
    },
    close: () => {
      open?.quit();
      open = undefined;
    },
  };
}

/** The message as a stream that knows whether all of it has left; it stops short when the claim has run out. */
function handOver(raw: Uint8Array, claim: Claim): { stream: Readable; complete: () => boolean } {
  let complete = false;
  const stream = Readable.from(
    (async function* () {
      const last = Math.max(0, raw.length - 1);
      if (last > 0) yield raw.subarray(0, last);
      claim.signal.throwIfAborted();
      if (claim.expired()) throw new Error("the claim ran out before the message was sent");
      complete = true;
      yield raw.subarray(last);
    })(),
    { objectMode: false },
  );
  return { stream, complete: () => complete };
}

/** One call with a callback; rejects too when the connection fails or `signal` aborts meanwhile. */
async function step<T = unknown>(
  connection: SMTPConnection,
  signal: AbortSignal,
  call: (done: (error?: Error | null, result?: T) => void) => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const finish = (error: unknown, result?: T) => {
      connection.off("error", fail);
      connection.off("end", end);
      signal.removeEventListener("abort", abort);
      if (error) reject(error instanceof Error ? error : new Error(messageOf(error)));
      // Callers name T after what nodemailer documents for the call.
      else resolve(result as T);
    };
    const fail = (error: Error) => {
      finish(error);
    };
    const end = () => {
      finish(new Error("the mail server closed the connection"));
    };
    const abort = () => {
      finish(new Error("stopped while talking to the mail server"));
      connection.close();
    };
    if (signal.aborted) {
      abort();
      return;
    }
    connection.on("error", fail);
    connection.on("end", end);
    signal.addEventListener("abort", abort, { once: true });
    call((error, result) => {
      finish(error, result);
    });
  });
}
