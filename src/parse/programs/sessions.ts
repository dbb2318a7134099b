import type { ParsedFields } from "../format.ts";
import { after, classify, type Pattern } from "./program.ts";

export const logind: readonly Pattern[] = [
  { name: "systemd-logind: New session N of user USER", take: newSession },
];

export const cron: readonly Pattern[] = [{ name: "cron: (USER) VERB (TEXT)", take: cronLine }];

export const polkit: readonly Pattern[] = [
  { name: "polkitd: Operator of … authenticated / FAILED to authenticate", take: operator },
  {
    name: "polkitd: Registered Authentication Agent",
    take: (body) => /^(?:Unr|R)egistered Authentication Agent /.test(body),
  },
];

/** `New session 5 of user bob.` (newer: `… with class 'user' and type 'tty'.`); the session itself is PAM's line. */
function newSession(body: string, fields: ParsedFields): boolean {
  const found = /^New session '?\S{1,64}'? of user '?([^\s']{1,256}?)'?(?: with class .*)?\.$/.exec(
    body.slice(0, 600),
  );
  if (!found?.[1]) return false;
  fields.user = { name: found[1] };
  return true;
}

/** `(root) CMD (run-parts /etc/cron.hourly)`; also LIST, REPLACE, BEGIN EDIT, RELOAD, MAIL, error. */
function cronLine(body: string, fields: ParsedFields): boolean {
  const found = /^\(([^()\s]{1,256})\) ([A-Za-z][\w -]{0,40}) \(/.exec(body.slice(0, 320));
  if (!found?.[1]) return false;
  // cron's own names: `*system*`, and `*system*FILE` for a file of /etc/cron.d.
  if (found[1] !== "CRON" && !found[1].startsWith("*system*")) fields.user = { name: found[1] };
  if (found[2] === "CMD" || found[2] === "CMDOUT" || found[2] === "CMDEND") {
    const rest = body.slice(found[0].length);
    const line = (rest.endsWith(")") ? rest.slice(0, -1) : rest).trim();
    if (found[2] === "CMD" && line !== "")
      fields.process = { ...fields.process, command_line: line };
  }
  return true;
}

const authentication = ["authentication"];
const info = ["info"];

/**
 * `Operator of unix-session:1 successfully authenticated as unix-user:A to gain … for … (owned by unix-user:B)`:
 * A's password was asked, B is who wants to act.
 */
function operator(body: string, fields: ParsedFields): boolean {
  const rest = after(body, "Operator of ");
  if (rest === undefined) return false;
  const success = rest.includes(" successfully authenticated as unix-user:");
  if (!success && !rest.includes(" FAILED to authenticate ")) return false;
  classify(fields, {
    category: authentication,
    type: info,
    outcome: success ? "success" : "failure",
  });
  // polkit authenticates through PAM, whose own line is the counted one.
  fields.leafwatch = { attempts: 0 };
  const owner = /\(owned by unix-user:([^\s()]{1,256})\)$/.exec(rest.slice(-300))?.[1];
  const as = / authenticated as unix-user:([^\s]{1,256}) to gain /.exec(rest.slice(0, 600))?.[1];
  const user: NonNullable<ParsedFields["user"]> = {};
  if (owner !== undefined) user.name = owner;
  if (as !== undefined) user.effective = { name: as };
  if (Object.keys(user).length > 0) fields.user = user;
  return true;
}
