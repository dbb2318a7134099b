import { endpoint, ipOf } from "../address.ts";
import type { ParsedFields } from "../format.ts";
import { after } from "./program.ts";

/** A text of a PAM module around a user's name, and what it says about an attempt to log in, if anything. */
interface Form {
  start: string;
  /** The last of these ends the name, because the name may hold it too; empty: the name ends with the text. */
  end: string;
  /** True where more than `end` may follow the name. */
  more?: true;
  outcome?: "success" | "failure";
  /** How many attempts a failure is; 0 where another line of the same attempt is counted. */
  attempts?: number;
}

const forms: readonly Form[] = [
  // pam_winbind.
  { start: "user '", end: "' granted access", outcome: "success" },
  { start: "user '", end: "' denied access ", more: true, outcome: "failure" },
  // pam_listfile: the stack goes on, and pam_unix or the program counts the attempt.
  { start: "Refused user ", end: " for service ", more: true, outcome: "failure" },
  // pam_google_authenticator: the password before it was right, so no other module says anything.
  { start: "Invalid verification code for ", end: "", outcome: "failure", attempts: 1 },
  // pam_unix: no password was given, or the right one that is no longer good; nobody guessed.
  { start: "auth could not identify password for [", end: "]" },
  { start: "expired password for user ", end: " (", more: true },
  { start: "password for user ", end: " will expire in ", more: true },
];

/** The name that a known text holds, and what the text says beside it. */
export function namedAttempt(
  text: string,
): { name: string; outcome?: "success" | "failure"; attempts: number } | undefined {
  for (const form of forms) {
    const rest = after(text, form.start);
    if (rest === undefined) continue;
    const end = form.end === "" ? rest.length : rest.lastIndexOf(form.end);
    if (end <= 0 || (!form.more && end + form.end.length !== rest.length)) continue;
    return {
      name: rest.slice(0, end),
      ...(form.outcome && { outcome: form.outcome }),
      attempts: form.attempts ?? 0,
    };
  }
  return undefined;
}

/** pam_access: ``access denied for user `USER' from `ORIGIN'``, of which the origin is an address, a terminal or a service. */
export function accessDenied(text: string, fields: ParsedFields): boolean {
  const rest = after(text, "access denied for user `");
  const at = rest?.lastIndexOf("' from `") ?? -1;
  if (rest === undefined || at <= 0 || !rest.endsWith("'")) return false;
  fields.user = { name: rest.slice(0, at) };
  const origin = rest.slice(at + 8, -1);
  // A word without a dot is a service (`cron`) rather than a host.
  const source = ipOf(origin) !== undefined || origin.includes(".") ? endpoint(origin) : undefined;
  if (source) fields.source = source;
  return true;
}
