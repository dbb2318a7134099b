import { isAscii } from "node:buffer";
import { z } from "zod";
import MailComposer from "nodemailer/lib/mail-composer";
import DKIM from "nodemailer/lib/dkim";
import addressparser from "nodemailer/lib/addressparser";
import { duration } from "../../lib/duration.ts";
import { toHtml } from "../html.ts";
import { levelOf, notificationsOf, type Message } from "../message.ts";
import { notifier } from "../notifier.ts";
import { createSmtp } from "../smtp.ts";
import { toText } from "../text.ts";

/** `it@example.org`: what a recipient may be written as. */
export const mailAddress = z
  .string()
  .refine(
    (text) =>
      /^[^\s@<>",;:()[\]\\]+@[^\s@<>",;:()[\]\\]+$/.test(text) && isAscii(Buffer.from(text)),
    {
      error: (issue) => `"${String(issue.input)}" is no mail address`,
    },
  );

/** `Leafwatch <leafwatch@example.org>` or the bare address. */
export const sender = z.string().refine((text) => senderAddress(text) !== undefined, {
  error: (issue) =>
    `"${String(issue.input)}" is no sender: write for example Leafwatch <leafwatch@example.org>`,
});

/** Section `smtp` of `notify`. */
export const smtpOptions = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(1).max(65_535).optional(),
  tls: z
    .union([z.enum(["starttls", "implicit", "off"]), z.literal(false)])
    .default("starttls")
    .transform((value) => (value === false ? ("off" as const) : value)),
  ca: z.string().optional(),
  servername: z.string().optional(),
  user: z.string().optional(),
  password: z.string().optional(),
  name: z.string().optional(),
  timeout: duration.default(15_000),
  dkim: z
    .strictObject({ domain: z.string(), selector: z.string(), private_key: z.string() })
    .optional(),
});

/** Mail by SMTP. Its recipients are written as addresses; its options are `notify.from` and `notify.smtp`. */
export const email = notifier({
  type: "email",
  summary: "Mail with text, HTML and pictures, by SMTP with STARTTLS",
  options: z.strictObject({ from: sender, smtp: smtpOptions }),
  create({ from, smtp }) {
    const envelopeFrom = senderAddress(from) ?? from;
    const domain = envelopeFrom.slice(envelopeFrom.lastIndexOf("@") + 1);
    const defaultPort = { starttls: 587, implicit: 465, off: 25 }[smtp.tls];
    const { timeout, port, dkim, ...rest } = smtp;
    const connection = createSmtp({ ...rest, port: port ?? defaultPort, timeoutMs: timeout });
    const signer =
      dkim &&
      new DKIM({
        domainName: dkim.domain,
        keySelector: dkim.selector,
        privateKey: dkim.private_key,
      });
    return {
      key: "email",
      label: `mail by ${smtp.host}`,
      gathers: true,
      async compose(message) {
        const bytes = await new MailComposer(composition(message, from, domain)).compile().build();
        return signer ? collect(signer.sign(bytes)) : bytes;
      },
      send: (payload, addresses, claim) => connection.send(envelopeFrom, addresses, payload, claim),
      check: (signal) => connection.verify(signal),
      close: () => {
        connection.close();
      },
    };
  },
});

/** The Message-ID of an outbox row's mail, without angle brackets. */
function messageId(row: string, domain: string): string {
  return `${row}.leafwatch@${domain}`;
}

function composition(message: Message, from: string, domain: string): MailComposer.Options {
  const { html, pictures } = toHtml(message);
  const { content } = message;
  const files = content.kind === "mail" ? content.mail.attachments : pictures;
  const references = message.thread.map((row) => `<${messageId(row, domain)}>`);
  return {
    from,
    to: message.addresses.map((address) => ({ name: "", address })),
    subject: message.subject,
    messageId: `<${messageId(message.id, domain)}>`,
    date: message.date,
    ...(references[0] !== undefined && { inReplyTo: references[0], references }),
    text: toText(message),
    html,
    attachments: files.map(({ filename, contentType, content: bytes, cid }) => ({
      filename,
      contentType,
      content: Buffer.from(bytes),
      ...(cid !== undefined && { cid, contentDisposition: "inline" }),
    })),
    headers: headers(message),
    xMailer: false,
    newline: "windows",
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** Headers for programs. Ids, levels and names from the config only: never log text. */
function headers(message: Message): Record<string, string> {
  const told = notificationsOf(message.content);
  const distinct = (values: string[]) =>
    [...new Set(values)].map((value) => value.replace(/[^\x21-\x7e]+/g, "_")).join(", ");
  const level = levelOf(message.content);
  return {
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "All",
    ...(told.length > 0 && {
      "X-Leafwatch-Alert": distinct(told.map(({ alert }) => alert.id)),
      "X-Leafwatch-Rule": distinct(told.map(({ alert }) => alert.rule.id)),
      "X-Leafwatch-Transition": distinct(told.map(({ transition }) => transition)),
    }),
    ...(level && { "X-Leafwatch-Level": level }),
  };
}

/** The address of a sender; undefined when there is not exactly one. */
function senderAddress(text: string): string | undefined {
  const [one, another] = addressparser(text, { flatten: true });
  if (!one?.address || another) return undefined;
  return mailAddress.safeParse(one.address).success ? one.address : undefined;
}

async function collect(stream: AsyncIterable<Buffer>): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}
