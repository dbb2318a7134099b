import { createHash } from "node:crypto";
import { connect, isIP, type Socket } from "node:net";
import { hostname } from "node:os";
import { connect as connectTls } from "node:tls";
import { z } from "zod";
import { duration } from "../../lib/duration.ts";
import { AppError, messageOf } from "../../lib/errors.ts";
import { version } from "../../lib/version.ts";
import type { Level } from "../../model/alert.ts";
import { toCef } from "../cef.ts";
import { notifier, type Claim, type Result } from "../notifier.ts";
import { readCertificates, reasonOf } from "../reach.ts";

/** Severity of RFC 5424 §6.2.1. */
const severity = {
  informational: 6,
  low: 5,
  medium: 4,
  high: 3,
  critical: 2,
} as const satisfies Record<Level, number>;

/** RFC 5424 messages with a CEF body, framed by octet counting (RFC 5425 over TLS, RFC 6587 §3.4.1 over TCP). */
export const syslog = notifier({
  type: "syslog",
  summary: "RFC 5424 over TLS or TCP with a CEF body, for any other SIEM",
  options: z.strictObject({
    host: z.string().min(1),
    port: z.int().min(1).max(65_535).optional(),
    tls: z.boolean().default(true),
    ca: z.string().optional(),
    servername: z.string().optional(),
    /** RFC 5424 §6.2.1; 13 is "log audit". */
    facility: z.int().min(0).max(23).default(13),
    timeout: duration.default(15_000),
  }),
  create({ host, port: given, tls, ca, servername, facility, timeout }) {
    const port = given ?? (tls ? 6514 : 601);
    const name = servername ?? (isIP(host) === 0 ? host : undefined);
    const open = async (signal: AbortSignal): Promise<Socket> => {
      const trusted =
        ca === undefined
          ? undefined
          : await readCertificates(ca, "SYSLOG_UNREACHABLE", "the ca of this recipient");
      const socket = tls
        ? connectTls({
            host,
            port,
            ...(trusted && { ca: trusted }),
            // RFC 6066: a server's name is no address.
            ...(name !== undefined && { servername: name }),
          })
        : connect({ host, port });
      return opened(
        socket,
        tls ? "secureConnect" : "connect",
        AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
      );
    };
    return {
      key: `syslog-${createHash("sha256").update(`${host}:${port}`).digest("hex").slice(0, 16)}`,
      label: `syslog ${host}:${port}`,
      gathers: false,
      async compose(message) {
        const frames = toCef(message, version).map(({ level, id, text }) => {
          const priority = facility * 8 + severity[level];
          const head = `<${priority}>1 ${message.date.toISOString()} ${printable(hostname(), 255)} leafwatch ${process.pid} ${printable(id, 32)} -`;
          const line = Buffer.from(`${head} ${text}`);
          return Buffer.concat([Buffer.from(`${line.length} `), line]);
        });
        return Buffer.concat(frames);
      },
      async send(payload, addresses, claim) {
        const result = await deliver(open, payload, claim, timeout);
        return addresses.map((address) => ({ address, ...result }));
      },
      async check(signal) {
        try {
          (await open(signal)).destroy();
        } catch (cause) {
          if (cause instanceof AppError) throw cause;
          throw new AppError(
            "SYSLOG_UNREACHABLE",
            `no syslog server at ${host}:${port}: ${reasonOf(cause)}`,
            {
              hint: tls
                ? "check host, port and ca; tls: false sends in the clear"
                : "check host and port",
              retryable: true,
              cause,
            },
          );
        }
      },
      close: () => undefined,
    };
  },
});

/** Syslog gives no answer: taken is what the other side's kernel has acknowledged by closing in order. */
async function deliver(
  open: (signal: AbortSignal) => Promise<Socket>,
  payload: Uint8Array,
  claim: Claim,
  timeout: number,
): Promise<Omit<Result, "address">> {
  let socket: Socket;
  try {
    socket = await open(claim.signal);
  } catch (error) {
    return { outcome: "again", answer: messageOf(error), unreachable: true };
  }
  if (claim.expired()) {
    socket.destroy();
    return { outcome: "again", answer: "the claim ran out" };
  }
  const signal = AbortSignal.any([claim.signal, AbortSignal.timeout(timeout)]);
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (error: unknown) => {
        reject(error instanceof Error ? error : new Error(messageOf(error)));
      };
      signal.addEventListener(
        "abort",
        () => {
          fail(signal.reason);
        },
        { once: true },
      );
      socket.once("error", fail);
      // Sent, acknowledged, and our end closed: `finish` of a socket comes after the shutdown was sent.
      socket.end(payload, resolve);
    });
    return { outcome: "accepted", answer: "sent" };
  } catch (error) {
    return { outcome: "unknown", answer: messageOf(error) };
  } finally {
    socket.destroySoon();
  }
}

async function opened(socket: Socket, event: string, signal: AbortSignal): Promise<Socket> {
  await new Promise<void>((resolve, reject) => {
    const abort = () => {
      socket.destroy();
      reject(new Error("no answer in time"));
    };
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener("abort", abort, { once: true });
    socket.once("error", reject);
    socket.once(event, () => {
      signal.removeEventListener("abort", abort);
      socket.off("error", reject);
      resolve();
    });
  });
  return socket;
}

/** PRINTUSASCII of RFC 5424, or `-`. */
function printable(text: string, max: number): string {
  return text.replace(/[^\x21-\x7e]/g, "_").slice(0, max) || "-";
}
