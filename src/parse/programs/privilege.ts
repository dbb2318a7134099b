import { commandOf } from "../command.ts";
import type { ParsedFields } from "../format.ts";
import { classify, countAttempts, type Pattern } from "./program.ts";

const processCategory = ["process"];
const start = ["start"];
const end = ["end"];
const change = ["change"];

export const sudo: readonly Pattern[] = [
  { name: "sudo: USER : [REASON ;] TTY=… ; PWD=… ; USER=… ; COMMAND=…", take: command },
  { name: "sudo: USER : TEXT", take: sudoText },
];

export const su: readonly Pattern[] = [
  { name: "su: (to TARGET) USER on TTY and its relatives", take: suText },
];

export const pkexec: readonly Pattern[] = [
  { name: "pkexec: USER: TEXT [USER=…] [TTY=…] [CWD=…] [COMMAND=…]", take: executing },
];

/* A name may hold blanks (`DOM\domain admin`), and what follows it is another column, or the end of a line without a
   command; so a folder whose name holds ` ; USER=` alone is no user. No two parts can share a semicolon. */
const userColumn = / ; USER=([^;]{1,256}?) ;(?: [A-Z]{3,12}=| ?$)/;

/**
 * sudo's own line (logging.c, eventlog.c): the invoking user, perhaps why it was refused, then `KEY=value` columns
 * parted by ` ; ` of which COMMAND is the last and may hold anything. Version 1.9 can add ` ; EXIT=N` when a command
 * ends (log_exit_status); as the user may type the same for an argument, it stays in the command line, and such a line
 * is a start like every other: hiding a command's start would be worse than seeing it twice.
 */
function command(body: string, fields: ParsedFields): boolean {
  const text = body.trimStart();
  const colon = text.indexOf(" : ");
  if (colon <= 0) return false;
  const columns = text.slice(colon + 3);
  // The rest of a long argument list, which the user chose: no column in it is sudo's.
  if (columns.startsWith("(command continued) ")) return false;
  const userAt = userColumn.exec(columns);
  const commandAt = columns.indexOf(" ; COMMAND=", userAt?.index ?? 0);
  if (commandAt < 0 && !userAt) return false;
  const line = commandAt < 0 ? undefined : columns.slice(commandAt + 11);
  const head = columns.slice(0, userAt?.index ?? commandAt);
  const tty =
    head.startsWith("TTY=") || head.startsWith("HOST=") ? 0 : head.search(/ ; (?:TTY|HOST)=/);
  // Without a command and without a terminal's column it is no line of this form.
  if (line === undefined && tty < 0) return false;

  const reason = tty > 0 ? head.slice(0, tty) : undefined;
  if (reason !== undefined) fields.event = { ...fields.event, reason };
  fields.user = { name: text.slice(0, colon) };
  if (userAt?.[1]) fields.user.effective = { name: userAt[1] };
  const keys = line === undefined ? columns : columns.slice(0, commandAt + 3);
  const group = /(?:^| ; )GROUP=(\S{1,256}) ;/.exec(keys)?.[1];
  if (group !== undefined && fields.user.effective) fields.user.effective.group = { name: group };
  const folderAt = head.indexOf("PWD=");
  if (folderAt >= 0 && folderAt + 4 < head.length)
    fields.process = { ...fields.process, working_directory: head.slice(folderAt + 4) };
  // A problem with the sudoers file is logged without a command; then nothing was started.
  if (line === undefined) return true;
  classify(fields, { category: processCategory, type: start });
  fields.process = { ...fields.process, ...commandOf(line) };
  addService(line, fields);
  return true;
}

const systemctl =
  /^(?:\/\S{0,100}\/)?systemctl(?: -\S{1,60}){0,5} (stop|start|restart)(?: -\S{1,60}){0,5} (\S{1,256})/;
const serviceTypes = { stop: end, start, restart: change };

/** `systemctl stop|start|restart UNIT` is about that service. */
function addService(line: string, fields: ParsedFields): void {
  const found = systemctl.exec(line.slice(0, 900));
  const verb = found?.[1] as keyof typeof serviceTypes | undefined;
  if (!verb || !found?.[2]) return;
  classify(fields, { type: serviceTypes[verb], action: `service-${verb}` });
  fields.service = { name: found[2] };
}

/** Lines without columns: `USER : (command continued) …`; `pam_…` is taken before. */
function sudoText(body: string, fields: ParsedFields): boolean {
  const text = body.trimStart();
  const colon = text.indexOf(" : ");
  if (colon <= 0 || text.lastIndexOf(" ", colon - 1) >= 0) return false;
  fields.user = { name: text.slice(0, colon) };
  return true;
}

const suForms: readonly RegExp[] = [
  // util-linux and shadow: `(to root) bob on pts/0`, `FAILED SU (to root) bob on none`.
  /^(FAILED SU )?\(to (?<target>\S{1,256})\) (?<name>.{1,256}) on \S{1,64}$/,
  // shadow: `Successful su for root by bob`, `FAILED su for root by bob`.
  /^(Successful|FAILED) su for (?<target>\S{1,256}) by (?<name>.{1,256})$/,
  // `+ /dev/pts/0 bob:root`, `- ??? bob:root`.
  /^([+-]) \S{1,64} (?<name>[^:]{1,256}):(?<target>\S{1,256})$/,
  // BSD: `bob to root on /dev/ttyp0`, `BAD SU bob to root on /dev/ttyp0`.
  /^(BAD SU )?(?<name>\S{1,256}) to (?<target>\S{1,256}) on \S{1,64}$/,
];

/** su's own text stands beside PAM's line, which says what happened and is counted; this only names the two users. */
function suText(body: string, fields: ParsedFields): boolean {
  for (const form of suForms) {
    const groups = form.exec(body.slice(0, 900))?.groups;
    const name = groups?.["name"];
    const target = groups?.["target"];
    if (name === undefined || target === undefined) continue;
    fields.user = { name, effective: { name: target } };
    if (/^(?:FAILED|BAD|- )/.test(body)) countAttempts(fields, 0);
    return true;
  }
  return false;
}

/**
 * `USER: Executing command [USER=U] [TTY=T] [CWD=FOLDER] [COMMAND=LINE]`, or in place of `Executing command` why it was
 * not executed (pkexec.c).
 */
function executing(body: string, fields: ParsedFields): boolean {
  const at = body.indexOf(": ");
  const columnsAt = body.indexOf(" [USER=", at);
  if (at <= 0 || columnsAt < at + 2) return false;
  const text = body.slice(at + 2, columnsAt);
  const rest = body.slice(columnsAt + 1);
  const target = /^\[USER=([^\]]{1,256})\]/.exec(rest.slice(0, 270))?.[1];
  const folderAt = rest.indexOf("[CWD=");
  const folderEnd = rest.indexOf("] [COMMAND=", folderAt);
  const commandAt = folderEnd < 0 ? rest.indexOf("[COMMAND=") : folderEnd + 2;
  if (text === "Executing command") classify(fields, { category: processCategory, type: start });
  else fields.event = { ...fields.event, reason: text };
  fields.user = { name: body.slice(0, at), ...(target && { effective: { name: target } }) };
  if (commandAt >= 0) {
    const line = rest.slice(commandAt + 9).replace(/\]$/, "");
    fields.process = { ...fields.process, ...commandOf(line) };
  }
  if (folderAt >= 0 && folderEnd > folderAt + 5) {
    fields.process = { ...fields.process, working_directory: rest.slice(folderAt + 5, folderEnd) };
  }
  return true;
}
