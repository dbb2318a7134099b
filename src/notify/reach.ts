import { readFile } from "node:fs/promises";
import { AppError, messageOf } from "../lib/errors.ts";

/** Why nothing could be reached, in words; what has no plainer ones stays as it is. */
export function reasonOf(cause: unknown): string {
  const message = messageOf(cause);
  const name = /getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (\S+)/.exec(message)?.[1];
  if (name !== undefined) return `the name ${name} is not known (${message})`;
  if (isNoTls(message)) return "what answers there does not speak TLS";
  return message.trim();
}

/** True when OpenSSL met a server that talks in the clear. */
export function isNoTls(message: string): boolean {
  return /wrong version number|packet length too long|record layer failure/i.test(message);
}

/**
 * PEM certificates to trust; `option` is where the config names the file.
 *
 * @throws AppError `code` when the file cannot be read or holds no certificate: Node would trust none of it silently.
 */
export async function readCertificates(
  path: string,
  code: "SMTP_TLS" | "SYSLOG_UNREACHABLE",
  option: string,
): Promise<Buffer> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const message = `the certificates in ${path} cannot be read: ${messageOf(cause)}`;
    throw new AppError(code, message, { hint: `check ${option}`, cause });
  }
  if (/-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/.test(bytes.toString("latin1"))) return bytes;
  throw new AppError(code, `${path} holds no certificate in PEM`, {
    hint: `check ${option}: a certificate in PEM begins with -----BEGIN CERTIFICATE-----`,
  });
}
