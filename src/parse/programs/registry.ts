import type { ParseContext, ParsedFields } from "../format.ts";
import { accounts } from "./accounts.ts";
import { pam, unixChkpwd } from "./pam.ts";
import { pkexec, su, sudo } from "./privilege.ts";
import type { Pattern } from "./program.ts";
import { cron, logind, polkit } from "./sessions.ts";
import { sshd } from "./sshd.ts";

/** Program name -> its wordings, in the order in which they are tried. */
const programs: Readonly<Record<string, readonly Pattern[]>> = {
  ...accounts,
  sshd,
  "sshd-session": sshd,
  "sshd-auth": sshd,
  sudo,
  su,
  "su-l": su,
  pkexec,
  unix_chkpwd: unixChkpwd,
  "systemd-logind": logind,
  elogind: logind,
  cron,
  CRON: cron,
  crond: cron,
  CROND: cron,
  anacron: cron,
  crontab: cron,
  polkitd: polkit,
};

/**
 * Adds `process.*` and what the program's line says. `tag` is the program as the header names it: perhaps a path, or
 * with PAM's module as old versions wrote it (`sshd(pam_unix)`), or as polkit 0.105 names itself
 * (`polkitd(authority=local)`).
 */
export function addProgram(
  tag: string | undefined,
  pid: number | undefined,
  body: string,
  fields: ParsedFields,
  trace: ParseContext["trace"],
): void {
  if (tag === undefined || tag === "") return;
  const slash = tag.startsWith("/") ? tag.lastIndexOf("/") : -1;
  const named = slash < 0 ? tag : tag.slice(slash + 1);
  const paren = named.endsWith(")") ? named.indexOf("(pam_") : -1;
  const bare = paren > 0 ? named.slice(0, paren) : named;
  const name = bare === "polkitd(authority=local)" ? "polkitd" : bare;
  fields.process = { name };
  if (pid !== undefined) fields.process.pid = pid;
  if (slash >= 0) fields.process.executable = tag;
  const pam = paren > 0 ? named.slice(paren + 1, -1) : undefined;
  addBody(name, pam === undefined ? body : `${pam}(${name}): ${body}`, fields, trace);
}

function addBody(
  program: string,
  body: string,
  fields: ParsedFields,
  trace: ParseContext["trace"],
): void {
  const repeated = repetition(body);
  if (repeated) {
    addBody(program, repeated.body, fields, trace);
    const attempts = fields.leafwatch?.attempts;
    if (attempts !== undefined)
      fields.leafwatch = { ...fields.leafwatch, attempts: attempts * repeated.times };
    return;
  }
  // PAM speaks through every program.
  const speaksPam =
    body.startsWith("pam_") || body.startsWith("PAM ") || body.startsWith("error: PAM ");
  if (speaksPam && tryAll(pam, program, body, fields, trace)) return;
  if (Object.hasOwn(programs, program))
    tryAll(programs[program] ?? [], program, body, fields, trace);
}

function tryAll(
  patterns: readonly Pattern[],
  program: string,
  body: string,
  fields: ParsedFields,
  trace: ParseContext["trace"],
): boolean {
  for (const pattern of patterns) {
    const taken = pattern.take(body, fields, program);
    trace?.(pattern.name, taken);
    if (taken) return true;
  }
  return false;
}

/** rsyslog's `message repeated N times: [ L ]`. */
function repetition(body: string): { times: number; body: string } | undefined {
  if (!body.startsWith("message repeated ")) return undefined;
  const found = /^message repeated (\d{1,9}) times: \[ ?/.exec(body.slice(0, 60));
  if (!found || !body.endsWith("]")) return undefined;
  return { times: Number(found[1]), body: body.slice(found[0].length, -1) };
}
