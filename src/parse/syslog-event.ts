import type { ParseContext, ParsedFields, Parser } from "./format.ts";
import { addProgram } from "./programs/registry.ts";
import { syslogLine, type SyslogLine } from "./syslog-header.ts";
import { isoOf } from "./timestamp.ts";

/** Reads every header that syslog lines have, then what the program says (programs/registry.ts). */
export const syslogParser: Parser = { parse: parseSyslog };

function parseSyslog(text: string, context: ParseContext) {
  const line = syslogLine(text, context);
  if (typeof line === "string") {
    context.trace?.("syslog header", false);
    return { unparsed: line };
  }
  context.trace?.(line.version === undefined ? "syslog header" : "RFC 5424 header", true);
  const fields: ParsedFields = {
    "@timestamp": isoOf(line.ms),
    event: { kind: "event" },
  };
  if (line.body !== "") fields.message = line.body;
  if (line.hostname !== undefined) fields.host = { hostname: line.hostname };
  if (!line.zoned && fields.event) fields.event.timezone = context.zone.name;
  if (line.priority !== undefined || line.version !== undefined)
    fields.log = { syslog: syslogFields(line) };
  addProgram(line.program, line.pid, line.body, fields, context.trace);
  return fields;
}

/** RFC 5424 §6.2.1, tables 1 and 2. */
const facilities = (
  "kernel user-level mail system security/authorization syslogd line-printer network-news UUCP clock " +
  "security/authorization FTP NTP log-audit log-alert clock local0 local1 local2 local3 local4 local5 local6 local7"
).split(" ");
const severities = "Emergency Alert Critical Error Warning Notice Informational Debug".split(" ");

/** `log.syslog.facility` and `.severity` of the number in `<PRI>`. */
export function priorityFields(priority: number): Record<string, unknown> {
  const facility = priority >> 3;
  return {
    priority,
    facility: { code: facility, name: facilities[facility] },
    severity: severityFields(priority & 7),
  };
}

/** `log.syslog.severity` of 0 (emergency) to 7 (debug). */
export function severityFields(code: number): Record<string, unknown> {
  return { code, name: severities[code] };
}

function syslogFields(line: SyslogLine): Record<string, unknown> {
  const syslog = line.priority === undefined ? {} : priorityFields(line.priority);
  if (line.version === undefined) return syslog;
  syslog["version"] = line.version;
  if (line.hostname !== undefined) syslog["hostname"] = line.hostname;
  if (line.program !== undefined) syslog["appname"] = line.program;
  if (line.processId !== undefined) syslog["procid"] = line.processId;
  if (line.messageId !== undefined) syslog["msgid"] = line.messageId;
  if (line.structuredData) syslog["structured_data"] = line.structuredData;
  return syslog;
}
