import { endpoint, isHostName, portOf } from "../address.ts";
import type { ParsedFields } from "../format.ts";
import { value, type Data } from "./accounts.ts";
import {
  failureReasons,
  kerberosStatus,
  logonStatus,
  logonTypes,
  ticketEncryption,
} from "./words.ts";

const kerberos = new Set(["4768", "4769", "4770", "4771"]);

/** Adds where a logon came from. @returns `winlog.logon`. */
export function addLogon(
  id: string,
  data: Data,
  fields: ParsedFields,
): Record<string, unknown> | undefined {
  addSource(id, data, fields);
  const logon: Record<string, unknown> = {};
  const type = value(data, "LogonType");
  if (type !== undefined) logon["type"] = logonTypes[type] ?? type;
  const logonId = logonIdOf(id, data);
  if (logonId !== undefined) logon["id"] = logonId;
  const failure = failureOf(id, data);
  if (failure) {
    logon["failure"] = failure;
    const reason = failure["sub_status"] ?? failure["reason"] ?? failure["status"];
    if (fields.event && typeof reason === "string") fields.event.reason = reason;
  }
  if (kerberos.has(id)) {
    const status = value(data, "Status");
    const words = status === undefined ? undefined : kerberosStatus[normalized(status)];
    if (words !== undefined && words !== "KDC_ERR_NONE" && fields.event)
      fields.event.reason = words;
    const encryption = value(data, "TicketEncryptionType");
    const name = encryption === undefined ? undefined : ticketEncryption[normalized(encryption)];
    if (words !== undefined || name !== undefined) {
      logon["kerberos"] = {
        ...(words !== undefined && { status: words }),
        ...(name !== undefined && { encryption: name }),
      };
    }
  }
  return Object.keys(logon).length > 0 ? logon : undefined;
}

/** Hexadecimal as the tables write it: lower case, without leading zeros. */
function normalized(code: string): string {
  const number = Number(code);
  return Number.isSafeInteger(number) ? `0x${number.toString(16)}` : code.toLowerCase();
}

/** The session that the event is about. The ends of sessions name theirs as Target, then Subject's has precedence. */
function logonIdOf(id: string, data: Data): string | undefined {
  const target = value(data, "TargetLogonId");
  const subject = value(data, "SubjectLogonId");
  if (id === "4624" || id === "4625" || id === "4648") return target ?? subject;
  return subject ?? target ?? value(data, "LogonID");
}

function failureOf(id: string, data: Data): Record<string, string> | undefined {
  if (id !== "4625" && id !== "4776") return undefined;
  const status = value(data, "Status");
  const sub = value(data, "SubStatus");
  const reason = value(data, "FailureReason");
  const words = (code: string) => logonStatus[normalized(code)] ?? code;
  if (id === "4776") {
    return status === undefined || normalized(status) === "0x0"
      ? undefined
      : { status: words(status) };
  }
  const failure: Record<string, string> = {};
  if (reason !== undefined) failure["reason"] = failureReasons[reason] ?? reason;
  if (status !== undefined) failure["status"] = words(status);
  if (sub !== undefined && normalized(sub) !== "0x0") failure["sub_status"] = words(sub);
  return Object.keys(failure).length > 0 ? failure : undefined;
}

/** What Windows writes for the client of a session at the console (4778, 4779). */
const nowhere = new Set(["LOCAL", "Unknown"]);

function addSource(id: string, data: Data, fields: ParsedFields): void {
  const address =
    value(data, "IpAddress") ?? value(data, "ClientAddress") ?? value(data, "SourceAddress");
  const port = portOf(value(data, "IpPort") ?? value(data, "SourcePort") ?? "");
  const client = value(data, "ClientName");
  const name = machine(
    value(data, "WorkstationName") ??
      value(data, "Workstation") ??
      (client === undefined || nowhere.has(client) ? undefined : client),
  );
  const source = address === undefined || nowhere.has(address) ? undefined : endpoint(address);
  if (source) {
    if (port !== undefined && port !== 0) source.port = port;
    if (name !== undefined) source.domain = name;
    fields.source = source;
  } else if (name !== undefined) {
    fields.source = { address: name, domain: name };
  }
  const destination = value(data, "DestAddress");
  const destinationPort = portOf(value(data, "DestPort") ?? "");
  const to = destination === undefined ? undefined : endpoint(destination);
  if (to)
    fields.destination = destinationPort === undefined ? to : { ...to, port: destinationPort };
  const server = id === "4648" ? value(data, "TargetServerName") : undefined;
  if (server !== undefined && isHostName(server))
    fields.destination = { address: server, domain: server };
}

/** NTLM writes a workstation as `\\WS1` or `WS1`. */
function machine(text: string | undefined): string | undefined {
  const name = text?.replace(/^\\{1,2}/, "");
  return name === undefined || name === "" ? undefined : name;
}

/**
 * How many attempts to log in the event stands for. A validation of credentials on the machine itself (4776) is
 * followed by its own 4625, so it counts nothing.
 */
export function attemptsOf(
  id: string,
  outcome: string | undefined,
  data: Data,
  computer: string | undefined,
): number {
  if (id === "4624" || id === "4625" || id === "4771") return 1;
  if (id !== "4776" || outcome !== "failure") return 0;
  const from = machine(value(data, "Workstation"))?.toLowerCase();
  const here = computer?.toLowerCase();
  const isHere = from !== undefined && (from === here || from === here?.split(".")[0]);
  return isHere ? 0 : 1;
}
