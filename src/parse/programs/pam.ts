import type { ParsedFields } from "../format.ts";
import { endpoint } from "../address.ts";
import { accessDenied, namedAttempt } from "./pam-names.ts";
import { after, classify, countAttempts, type Pattern } from "./program.ts";

const authentication = ["authentication"];
const session = ["session"];
const iam = ["iam"];
const info = ["info"];
const change = ["change"];

/** What PAM's modules write through any program: `pam_MODULE(SERVICE:TYPE): TEXT`, and libpam's and unix_chkpwd's own. */
export const pam: readonly Pattern[] = [
  { name: "pam_MODULE(SERVICE:TYPE): TEXT", take: moduleLine },
  { name: "PAM N more authentication failures", take: moreFailures },
];

export const unixChkpwd: readonly Pattern[] = [
  { name: "unix_chkpwd: password check failed for user (USER)", take: checkFailed },
];

const modulePrefix = /^(pam_\w{1,40})\(([^\s:()]{1,80})(?::(\w{1,20}))?\): /;

function moduleLine(body: string, fields: ParsedFields, program: string): boolean {
  const prefix = body.startsWith("pam_") ? modulePrefix.exec(body.slice(0, 160)) : null;
  if (!prefix) return false;
  const [whole, module, , type] = prefix;
  const text = body.slice(whole.length);
  if (module === "pam_faillock") return locked(text, fields);
  if (type === "chauthtok") return passwordChange(text, fields);
  return (
    sessionLine(text, fields) ||
    authenticationFailure(text, fields, program) ||
    ldapFailure(text, fields, program) ||
    accessDenied(text, fields) ||
    otherResult(text, fields, program) ||
    namedUser(text, fields)
  );
}

/** `session opened for user TARGET[(uid=N)] by [NAME](uid=N)`, `session closed for user NAME[(uid=N)]`. */
function sessionLine(text: string, fields: ParsedFields): boolean {
  const closed = after(text, "session closed for user ");
  if (closed !== undefined) {
    const user = nameAndId(closed);
    classify(fields, { category: session, action: "logged-off" });
    if (user.name !== "")
      fields.user = { name: user.name, ...(user.id !== undefined && { id: user.id }) };
    return true;
  }
  const opened = after(text, "session opened for user ");
  if (opened === undefined) return false;
  classify(fields, { category: session, action: "logged-on" });
  // From the right: who opened it is a local account, the target may be any name.
  const by = opened.lastIndexOf(" by ");
  const actor = by < 0 ? { name: "" } : nameAndId(opened.slice(by + 4));
  const target = nameAndId(by < 0 ? opened : opened.slice(0, by));
  const user: NonNullable<ParsedFields["user"]> = {};
  if (actor.name !== "") user.name = actor.name;
  if (actor.id !== undefined) user.id = actor.id;
  if (target.name !== "") user.effective = { name: target.name };
  if (target.name !== "" && target.id !== undefined)
    user.effective = { name: target.name, id: target.id };
  if (Object.keys(user).length > 0) fields.user = user;
  return true;
}

/** `NAME`, `NAME(uid=N)` or `(uid=N)`. */
function nameAndId(text: string): { name: string; id?: string } {
  const trimmed = text.trimEnd();
  const id = /\(uid=(-?\d{1,10})\)$/.exec(trimmed.slice(-20));
  if (!id?.[1]) return { name: trimmed };
  return { name: trimmed.slice(0, -id[0].length), id: id[1] };
}

/** `authentication failure; logname= uid=0 … rhost=A  user=U`, `N more authentication failures; …`. */
function authenticationFailure(text: string, fields: ParsedFields, program: string): boolean {
  const more = /^(\d{1,6}) more authentication failures?; /.exec(text.slice(0, 60));
  const rest = more === null ? after(text, "authentication failure; ") : text.slice(more[0].length);
  if (rest === undefined) return false;
  failed(fields, program, more === null ? 1 : Number(more[1]));
  addLoginFields(rest, fields, program);
  return true;
}

/** pam_ldap: `Authentication failure; user=U`. It is asked after pam_unix, whose failure is the counted one. */
function ldapFailure(text: string, fields: ParsedFields, program: string): boolean {
  const name = after(text, "Authentication failure; user=");
  if (name === undefined) return false;
  failed(fields, program, 0);
  if (name !== "") fields.user = { name };
  return true;
}

function moreFailures(body: string, fields: ParsedFields, program: string): boolean {
  const text = after(body, "PAM ") ?? after(body, "error: PAM ");
  return text !== undefined && authenticationFailure(text, fields, program);
}

/** sshd writes its own line for each attempt, so PAM's beside it count nothing. */
function failed(fields: ParsedFields, program: string, attempts: number): void {
  classify(fields, {
    category: authentication,
    type: info,
    action: "authentication_failure",
    outcome: "failure",
  });
  countAttempts(fields, program.startsWith("sshd") ? 0 : attempts);
}

/**
 * `… ruser=R rhost=H[ user=U]`, of which R and U may be what the client typed, blanks and `rhost=` and all. sshd gives no
 * R, so there the first host is PAM's. Elsewhere R is the name that was tried (FTP servers) and U an account of this
 * machine, so the last host is PAM's, and a ` user=` counts only behind it.
 */
function addLoginFields(text: string, fields: ParsedFields, program: string): void {
  const rhost = " rhost=";
  const hostAt = program.startsWith("sshd") ? text.indexOf(rhost) : text.lastIndexOf(rhost);
  const names = hostAt < 0 ? text : text.slice(0, hostAt);
  const tail = hostAt < 0 ? ` ${text}` : text.slice(hostAt + rhost.length);
  const userAt = hostAt < 0 ? tail.lastIndexOf(" user=") : tail.indexOf(" user=");
  const source =
    hostAt < 0 ? undefined : endpoint(tail.slice(0, userAt < 0 ? undefined : userAt).trim());
  if (source) fields.source = source;
  const user = userAt < 0 ? "" : tail.slice(userAt + 6);
  const remoteAt = names.indexOf(" ruser=");
  const remote = remoteAt < 0 ? "" : names.slice(remoteAt + 7);
  if (user !== "") fields.user = { name: user };
  // FTP servers and the like put the name that was tried only here.
  else if (remote !== "") fields.user = { name: remote };
}

function otherResult(text: string, fields: ParsedFields, program: string): boolean {
  const success = after(text, "authentication success; ");
  if (success !== undefined) {
    succeeded(fields);
    addLoginFields(success, fields, program);
    return true;
  }
  const named = namedAttempt(text);
  if (named) {
    if (named.outcome === "failure") failed(fields, program, named.attempts);
    if (named.outcome === "success") succeeded(fields);
    fields.user = { name: named.name };
    return true;
  }
  // pam_sss: a second line of the failure that stands above it.
  const refused = /^received for user (.{1,256}): \d{1,3} \(.{1,60}\)$/.exec(text.slice(0, 500));
  if (refused?.[1]) {
    failed(fields, program, 0);
    fields.user = { name: refused[1] };
    return true;
  }
  const tally = /^user (.{1,256}) \((\d{1,10})\) tally \d{1,9}, deny \d{1,9}$/.exec(
    text.slice(0, 330),
  );
  if (tally?.[1]) {
    failed(fields, program, 0);
    fields.user = { name: tally[1], ...(tally[2] && { id: tally[2] }) };
    return true;
  }
  return false;
}

/** The program's own line is the counted one. */
function succeeded(fields: ParsedFields): void {
  classify(fields, { category: authentication, type: info, outcome: "success" });
  countAttempts(fields, 0);
}

/** A quoted or trailing name in texts that decide nothing (`requirement … not met by user "root"`). */
function namedUser(text: string, fields: ParsedFields): boolean {
  const quoted = / (?:by|for) user "([^"]{1,256})"$/.exec(text.slice(-300));
  const account = /^account (\S{1,256}) has expired/.exec(text.slice(0, 300));
  const name = quoted?.[1] ?? account?.[1];
  if (name !== undefined) fields.user = { name };
  return true;
}

/** `Consecutive login failures for user USER account temporarily locked`. */
function locked(text: string, fields: ParsedFields): boolean {
  classify(fields, {
    category: authentication,
    type: info,
    action: "account-locked",
    outcome: "failure",
  });
  countAttempts(fields, 0);
  const rest = after(text, "Consecutive login failures for user ");
  const end = rest?.lastIndexOf(" account ") ?? -1;
  if (rest !== undefined && end > 0) fields.user = { name: rest.slice(0, end) };
  else namedUser(text, fields);
  return true;
}

/** `password changed for USER`, or any other text of the module that changes it: then it did not. */
function passwordChange(text: string, fields: ParsedFields): boolean {
  const done = after(text, "password changed for ");
  const success = text.includes("password changed");
  classify(fields, {
    category: iam,
    type: change,
    action: "password-changed",
    outcome: success ? "success" : "failure",
  });
  let target = done;
  if (target === undefined) {
    const quoted = /\buser "([^"]{1,256})"/.exec(text.slice(0, 400));
    const last = text.lastIndexOf(" user=");
    target = quoted?.[1] ?? (last < 0 ? undefined : text.slice(last + 6));
  }
  if (target) fields.user = { target: { name: target } };
  return true;
}

function checkFailed(body: string, fields: ParsedFields): boolean {
  const rest = after(body, "password check failed for user (");
  if (rest === undefined) return false;
  // The module that asked writes the attempt; this is the line of the program it asked.
  failed(fields, "sshd", 0);
  const name = rest.endsWith(")") ? rest.slice(0, -1) : rest;
  if (name !== "") fields.user = { name };
  return true;
}
