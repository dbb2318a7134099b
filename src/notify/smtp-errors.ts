import { AppError, messageOf } from "../lib/errors.ts";
import type { Result } from "./notifier.ts";

/** What nodemailer's errors carry beside their message. */
export interface SmtpFailure extends Error {
  code?: string;
  command?: string;
  responseCode?: number;
  recipient?: string;
  rejectedErrors?: SmtpFailure[];
}

/**
 * What a failure means for a recipient whose message was not accepted. A 5xx is final when it is about him (RCPT) or
 * the message (DATA); about us (login, sender, no encryption) it is not: somebody will mend that.
 */
export function verdict(failure: SmtpFailure): Pick<Result, "outcome" | "answer"> {
  const { responseCode = 0, command = "" } = failure;
  const aboutUs =
    command === "MAIL FROM" ||
    command.startsWith("AUTH") ||
    [530, 534, 535, 538].includes(responseCode);
  const refused = responseCode >= 500 && !aboutUs;
  return { outcome: refused ? "refused" : "again", answer: messageOf(failure) };
}

/** The failure to reach the server or to log in, in words that say what to mend. */
export function smtpError(
  cause: unknown,
  { host, port }: { host: string; port: number },
): AppError {
  if (cause instanceof AppError) return cause;
  const failure = cause as SmtpFailure;
  const where = `${host}:${port}`;
  if (failure.code === "EAUTH" || failure.code === "ENOAUTH") {
    return new AppError("SMTP_LOGIN", `${where} refused the login: ${failure.message}`, {
      hint: "check user and password under notify.smtp",
      retryable: true,
      cause,
    });
  }
  if (failure.code === "ETLS" || /STARTTLS|certificate|TLS/i.test(failure.message)) {
    return new AppError("SMTP_TLS", `no encrypted connection to ${where}: ${failure.message}`, {
      hint: "the server must offer STARTTLS with a certificate that is trusted (notify.smtp.ca); in a closed network: tls: off",
      retryable: true,
      cause,
    });
  }
  return new AppError("SMTP_UNREACHABLE", `no mail server at ${where}: ${messageOf(cause)}`, {
    hint: "check host and port under notify.smtp, and that the server runs",
    retryable: true,
    cause,
  });
}
