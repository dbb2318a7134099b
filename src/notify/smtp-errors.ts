import { AppError, messageOf } from "../lib/errors.ts";
import { isNoTls, reasonOf } from "./reach.ts";
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
      hint: offersNoLogin(failure)
        ? "the server offers no login on this port: another port (587), or leave user and password out"
        : "check user and password under notify.smtp",
      retryable: true,
      cause,
    });
  }
  if (isNoTls(failure.message)) {
    return new AppError("SMTP_TLS", `no encrypted connection to ${where}: ${reasonOf(cause)}`, {
      hint: "tls: implicit is for port 465; a server with STARTTLS (587) needs no tls in the config",
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
  return new AppError("SMTP_UNREACHABLE", `no mail server at ${where}: ${reasonOf(cause)}`, {
    hint: /greeting/i.test(failure.message)
      ? "something answers there and does not greet as a mail server: check host and port under notify.smtp; port 465 needs tls: implicit"
      : "check host and port under notify.smtp, and that the server runs",
    retryable: true,
    cause,
  });
}

/** True when the server does not know the command to log in. */
function offersNoLogin({ responseCode = 0, code }: SmtpFailure): boolean {
  return code === "ENOAUTH" || [500, 502, 503, 504].includes(responseCode);
}
