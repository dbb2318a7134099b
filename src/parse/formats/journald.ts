import { z } from "zod";
import { unsigned } from "../address.ts";
import { format, type ParsedFields, type Parser } from "../format.ts";
import { readObject } from "../json-text.ts";
import { addProgram } from "../programs/registry.ts";
import { priorityFields, severityFields } from "../syslog-event.ts";
import { isoOf } from "../timestamp.ts";

/** systemd's journal as `journalctl -o json` writes it (systemd.journal-fields(7)). */
export const journald = format({
  type: "journald",
  summary: "systemd journal entries (`journalctl -o json`), read on as their program's lines.",
  options: z.object({}),
  create: () => parser,
});

type Entry = Readonly<Record<string, unknown>>;

const parser: Parser = {
  parse(text, { trace }) {
    const entry = entryOf(text);
    trace?.("journal entry", typeof entry !== "string");
    if (typeof entry === "string") return { unparsed: entry };
    const message = textOf(entry, "MESSAGE") ?? "";
    const fields: ParsedFields = { event: { kind: "event" } };
    if (message !== "") fields.message = message;
    // When the sender wrote it, if that is known; else when the journal took it.
    const time =
      microseconds(entry, "_SOURCE_REALTIME_TIMESTAMP") ??
      microseconds(entry, "__REALTIME_TIMESTAMP");
    if (time !== undefined) fields["@timestamp"] = isoOf(time);
    const program = textOf(entry, "SYSLOG_IDENTIFIER") ?? textOf(entry, "_COMM");
    const pid = numberOf(entry, "_PID") ?? numberOf(entry, "SYSLOG_PID");
    addProgram(program, pid, message, fields, trace);
    addProcess(entry, fields);
    addHost(entry, fields);
    addLog(entry, fields);
    fields.journald = journalFields(entry);
    return fields;
  },
};

function entryOf(text: string): Entry | string {
  const entry = readObject(text);
  if (typeof entry === "string") return entry;
  const known = ["MESSAGE", "__REALTIME_TIMESTAMP", "_SOURCE_REALTIME_TIMESTAMP", "__CURSOR"];
  return known.some((field) => Object.hasOwn(entry, field)) ? entry : "no field of a journal entry";
}

/** A field's text: a string, or an array of bytes where it is no UTF-8, or an array of these where it is given twice. */
function textOf(entry: Entry, field: string): string | undefined {
  const value = Object.hasOwn(entry, field) ? entry[field] : undefined;
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  if (!Array.isArray(value)) return undefined;
  if (value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255)) {
    return Buffer.from(value as number[]).toString("utf8");
  }
  const first: unknown = value[0];
  return textOf({ first }, "first");
}

function numberOf(entry: Entry, field: string): number | undefined {
  return unsigned(textOf(entry, field) ?? "");
}

function microseconds(entry: Entry, field: string): number | undefined {
  const text = textOf(entry, field);
  if (text === undefined || !/^\d{1,17}$/.test(text)) return undefined;
  const ms = Math.floor(Number(text) / 1000);
  return ms <= 8.64e15 ? ms : undefined;
}

function addProcess(entry: Entry, fields: ParsedFields): void {
  const process: NonNullable<ParsedFields["process"]> = { ...fields.process };
  const name = textOf(entry, "_COMM");
  const executable = textOf(entry, "_EXE");
  const line = textOf(entry, "_CMDLINE");
  const tid = numberOf(entry, "TID") ?? numberOf(entry, "_TID");
  const pid = numberOf(entry, "_PID") ?? numberOf(entry, "SYSLOG_PID");
  if (pid !== undefined) process.pid = pid;
  process.name ??= name;
  if (executable !== undefined) process.executable = executable;
  // What sudo or cron says they run is the better command line of their event.
  if (line !== undefined) process.command_line ??= line;
  if (tid !== undefined) process.thread = { id: tid };
  const uid = textOf(entry, "_UID");
  const gid = textOf(entry, "_GID");
  if (uid !== undefined) process.user = { id: uid };
  if (gid !== undefined) process.group = { id: gid };
  if (process.name === undefined) delete process.name;
  if (Object.keys(process).length > 0) fields.process = process;
  // The account of the process, unless its line is about another.
  if (!fields.user && uid !== undefined) {
    fields.user = gid === undefined ? { id: uid } : { id: uid, group: { id: gid } };
  }
}

function addHost(entry: Entry, fields: ParsedFields): void {
  const hostname = textOf(entry, "_HOSTNAME");
  const id = textOf(entry, "_MACHINE_ID");
  const boot = textOf(entry, "_BOOT_ID");
  if (hostname === undefined && id === undefined && boot === undefined) return;
  fields.host = {
    ...(hostname !== undefined && { hostname }),
    ...(id !== undefined && { id }),
    ...(boot !== undefined && { boot: { id: boot } }),
  };
}

function addLog(entry: Entry, fields: ParsedFields): void {
  const severity = numberOf(entry, "PRIORITY");
  const facility = numberOf(entry, "SYSLOG_FACILITY");
  const valid = severity !== undefined && severity <= 7;
  const syslog: Record<string, unknown> = {};
  if (valid) {
    if (facility !== undefined && facility <= 23)
      Object.assign(syslog, priorityFields(facility * 8 + severity));
    else syslog["severity"] = severityFields(severity);
  }
  const identifier = textOf(entry, "SYSLOG_IDENTIFIER");
  if (identifier !== undefined) syslog["appname"] = identifier;
  const procid = textOf(entry, "SYSLOG_PID");
  if (procid !== undefined) syslog["procid"] = procid;
  if (Object.keys(syslog).length > 0) fields.log = { syslog };
  const file = textOf(entry, "CODE_FILE");
  if (file === undefined) return;
  const line = numberOf(entry, "CODE_LINE");
  const code = textOf(entry, "CODE_FUNC");
  fields.log = {
    ...fields.log,
    origin: {
      file: { name: file, ...(line !== undefined && { line }) },
      ...(code !== undefined && { function: code }),
    },
  };
}

/** Journal field -> its name under `journald.`. */
const ownFields: Readonly<Record<string, string>> = {
  _SYSTEMD_UNIT: "unit",
  _SYSTEMD_USER_UNIT: "user_unit",
  _SYSTEMD_SLICE: "slice",
  _SYSTEMD_CGROUP: "cgroup",
  _SYSTEMD_SESSION: "session",
  _SYSTEMD_OWNER_UID: "owner_uid",
  _SYSTEMD_INVOCATION_ID: "invocation_id",
  _TRANSPORT: "transport",
  _AUDIT_LOGINUID: "audit_loginuid",
  _AUDIT_SESSION: "audit_session",
  _UID: "uid",
  _GID: "gid",
  MESSAGE_ID: "message_id",
  UNIT: "subject_unit",
  USER_UNIT: "subject_user_unit",
  JOB_RESULT: "job_result",
  __CURSOR: "cursor",
};

function journalFields(entry: Entry): Record<string, unknown> {
  const own: Record<string, unknown> = {};
  for (const [field, name] of Object.entries(ownFields)) {
    const text = textOf(entry, field);
    if (text !== undefined) own[name] = text;
  }
  return own;
}
