import { z } from "zod";
import { unsigned } from "../address.ts";
import { addEnds } from "../audit-ends.ts";
import { recordKinds, typeNames, type RecordKind } from "../audit-records.ts";
import { auditValues, type AuditValues } from "../audit-values.ts";
import { commandOf } from "../command.ts";
import { format, type ParseContext, type ParsedFields, type Parser } from "../format.ts";
import { syslogLine } from "../syslog-header.ts";
import { isoOf } from "../timestamp.ts";

/** The Linux audit log, one record a line; what auditd's ENRICHED format adds is used. */
export const auditd = format({
  type: "auditd",
  summary: "Linux audit log (/var/log/audit/audit.log), raw or enriched.",
  options: z.object({}),
  create: () => parser,
});

const head =
  /^(?:node=(\S{1,255}) )?type=([A-Za-z0-9_[\]]{1,60}) (?:msg=)?audit\((\d{1,12})\.(\d{3}):(\d{1,15})\): ?/;

/** The tag of the kernel, or of auditd's dispatcher, between a syslog header and the record. */
const syslogTag = /(?:audit|audispd|audisp-syslog)(?:\[\d{1,10}\])?: (?=(?:node|type)=)/;

/** Where the record begins: perhaps behind a syslog header. */
function recordStart(text: string): number {
  if (text.startsWith("type=") || text.startsWith("node=")) return 0;
  const tag = syslogTag.exec(text.slice(0, 400));
  return tag ? tag.index + tag[0].length : 0;
}

/** The host that a syslog header names. */
function headerHost(header: string, context: ParseContext): string | undefined {
  const line = header === "" ? "" : syslogLine(header, context);
  return typeof line === "string" ? undefined : line.hostname;
}

const parser: Parser = {
  parse(text, context) {
    const { trace } = context;
    const start = recordStart(text);
    const found = head.exec(text.slice(start, start + 700));
    trace?.("type=T msg=audit(TIME:SEQUENCE):", found !== null);
    if (!found?.[2]) return { unparsed: "no type=… msg=audit(time:sequence):" };
    const [whole, node, written, seconds, ms, sequence = ""] = found;
    const type = typeNames[written] ?? written;
    const values = auditValues(afterVerdict(text.slice(start + whole.length)), type);
    const kind = Object.hasOwn(recordKinds, type) ? recordKinds[type] : undefined;
    trace?.(type, kind !== undefined);
    const fields: ParsedFields = {
      "@timestamp": isoOf(Number(seconds) * 1000 + Number(ms)),
      event: { kind: "event", ...verdict(type, kind, values) },
      auditd: {
        record_type: type,
        sequence: Number(sequence),
        ...(values.size > 0 && { data: Object.fromEntries(values) }),
      },
    };
    if (fields.event && kind?.category?.[0] === "authentication") {
      fields.leafwatch = { attempts: attemptsOf(type, values) };
    }
    const hostname = node ?? headerHost(text.slice(0, start), context);
    if (hostname !== undefined) fields.host = { hostname };
    addProcess(type, values, fields);
    addUser(type, kind, values, fields);
    addEnds(type, kind, values, fields);
    addObjects(type, values, fields);
    return fields;
  },
};

/** SELinux's `avc:  denied  { read } for  pid=…`: the pairs begin after `for`. */
function afterVerdict(body: string): string {
  const at = body.startsWith("avc:") ? body.indexOf(" for ") : -1;
  return at < 0 ? body : body.slice(at + 5);
}

function verdict(type: string, kind: RecordKind | undefined, values: AuditValues) {
  const result = outcomeOf(values.get("res") ?? values.get("result"));
  return {
    ...(kind?.category && { category: kind.category }),
    ...(kind?.type && { type: kind.type }),
    action: [kind?.action ?? type.toLowerCase()],
    ...(result && type !== "SYSCALL" && { outcome: result }),
  };
}

function outcomeOf(result: string | undefined): "success" | "failure" | undefined {
  if (result === undefined) return undefined;
  if (result === "success" || result === "1" || result === "yes") return "success";
  return result === "failed" || result === "0" || result === "no" ? "failure" : undefined;
}

/**
 * Programs that end each attempt with a USER_LOGIN of their own beside PAM's USER_AUTH; others leave only that. (sddm
 * is one of the others.)
 */
const writesLogin = /(?:^|\/)(?:sshd(?:-session|-auth)?|login|gdm-session-worker|lightdm)$/;

function attemptsOf(type: string, values: AuditValues): number {
  if (type === "USER_LOGIN") return 1;
  return type === "USER_AUTH" && !writesLogin.test(values.get("exe") ?? "") ? 1 : 0;
}

function addProcess(type: string, values: AuditValues, fields: ParsedFields): void {
  const process: NonNullable<ParsedFields["process"]> = {};
  const executable = values.get("exe");
  const name = values.get("comm") ?? executable?.slice(executable.lastIndexOf("/") + 1);
  const pid = unsigned(values.get("pid") ?? "");
  const parent = unsigned(values.get("ppid") ?? "");
  if (name !== undefined && name !== "") process.name = name;
  if (pid !== undefined) process.pid = pid;
  if (executable !== undefined) process.executable = executable;
  if (parent !== undefined) process.parent = { pid: parent };
  const folder = values.get("cwd");
  if (folder !== undefined) process.working_directory = folder;
  const title = values.get("proctitle")?.replaceAll("\0", " ").trimEnd();
  if (title !== undefined && title !== "") process.title = title;
  Object.assign(process, commandOf(values.get("cmd") ?? ""));
  if (type === "EXECVE") addArguments(values, process);
  const exit = Number(values.get("exit"));
  if (type === "SYSCALL" && Number.isSafeInteger(exit) && values.get("SYSCALL") === "exit_group")
    process.exit_code = exit;
  if (Object.keys(process).length > 0) fields.process = process;
}

/** Elastic and we show at most this many arguments of a program. */
const maxArguments = 1000;

function addArguments(values: AuditValues, process: NonNullable<ParsedFields["process"]>): void {
  const args: string[] = [];
  for (let i = 0; i < maxArguments; i++) {
    // A long argument comes in pieces: a1[0]=… a1[1]=…
    let argument = values.get(`a${i}`) ?? values.get(`a${i}[0]`);
    if (argument === undefined) break;
    for (let piece = 1; values.has(`a${i}[${piece}]`); piece++)
      argument += values.get(`a${i}[${piece}]`) ?? "";
    args.push(argument);
  }
  const count = unsigned(values.get("argc") ?? "");
  if (count !== undefined) process.args_count = count;
  if (args.length === 0) return;
  process.args = args;
  process.command_line = args.join(" ");
}

const unset = "4294967295";

function addUser(
  type: string,
  kind: RecordKind | undefined,
  values: AuditValues,
  fields: ParsedFields,
): void {
  const account = values.get("acct");
  const id = values.get("id");
  const user: NonNullable<ParsedFields["user"]> = {};
  const actorId =
    values.get("auid") === unset ? values.get("uid") : (values.get("auid") ?? values.get("uid"));
  const actor = values.get(values.get("auid") === unset ? "UID" : "AUID");
  if (kind?.category?.[0] === "iam") {
    if (actor !== undefined && actor !== "unset") user.name = actor;
    if (actorId !== undefined && actorId !== unset) user.id = actorId;
    const group = type.includes("GROUP") || type === "GRP_MGMT";
    const target = account ?? values.get("ID");
    if (group) {
      const name = values.get("grp") ?? target;
      if (name !== undefined || id !== undefined) {
        fields.group = { ...(name !== undefined && { name }), ...(id !== undefined && { id }) };
      }
    } else if (target !== undefined || id !== undefined) {
      user.target = {
        ...(target !== undefined && { name: target }),
        ...(id !== undefined && { id }),
      };
    }
  } else if (account !== undefined || id !== undefined) {
    const name = account ?? values.get("ID");
    if (name !== undefined) user.name = name;
    if (id !== undefined) user.id = id;
  } else {
    const uid = values.get("uid");
    const name = values.get("UID");
    const euid = values.get("euid");
    const effective = values.get("EUID");
    if (name !== undefined && name !== "unset") user.name = name;
    if (uid !== undefined && uid !== unset) user.id = uid;
    const gid = values.get("gid");
    const groupName = values.get("GID");
    if (gid !== undefined)
      user.group = { id: gid, ...(groupName !== undefined && { name: groupName }) };
    if (euid !== undefined)
      user.effective = { ...(effective !== undefined && { name: effective }), id: euid };
  }
  if (Object.keys(user).length > 0) fields.user = user;
}

function addObjects(type: string, values: AuditValues, fields: ParsedFields): void {
  const unit = values.get("unit");
  if (unit !== undefined) fields.service = { name: unit };
  const software = values.get("sw");
  if (software !== undefined) {
    const kind = values.get("sw_type");
    fields.package = { name: software, ...(kind !== undefined && { type: kind }) };
  }
  const path = type === "PATH" || type === "AVC" ? values.get("name") : undefined;
  const file = path ?? values.get("path");
  if (file === undefined) return;
  const inode = values.get("inode") ?? values.get("ino");
  const mode = values.get("mode")?.slice(-4);
  const owner = values.get("ouid");
  const group = values.get("ogid");
  fields.file = {
    // SELinux gives the last part of a path only.
    ...(file.startsWith("/") ? { path: file } : { name: file }),
    ...(inode !== undefined && { inode }),
    ...(mode !== undefined && { mode }),
    ...(owner !== undefined && { uid: owner }),
    ...(group !== undefined && { gid: group }),
  };
}
