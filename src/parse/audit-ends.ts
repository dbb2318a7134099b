import { endpoint, ipOf, portOf } from "./address.ts";
import type { RecordKind } from "./audit-records.ts";
import type { AuditValues } from "./audit-values.ts";
import type { ParsedFields } from "./format.ts";

/** Adds the ends of the connection that a record names. Reads `host.hostname`: the machine's own name is no peer. */
export function addEnds(
  type: string,
  kind: RecordKind | undefined,
  values: AuditValues,
  fields: ParsedFields,
): void {
  const name = values.get("hostname");
  const isPeer = name !== undefined && isPeerName(name, type, kind, values, fields.host?.hostname);
  const source = endpoint(values.get("addr") ?? (isPeer ? name : ""));
  const port = portOf(values.get("rport") ?? "");
  if (source) {
    if (port !== undefined) source.port = port;
    const domain = endpoint(name ?? "")?.domain;
    if (domain !== undefined) source.domain ??= domain;
    fields.source = source;
  }
  const destination = endpoint(values.get("laddr") ?? "");
  const localPort = portOf(values.get("lport") ?? "");
  if (!destination) return;
  if (localPort !== undefined) destination.port = localPort;
  fields.destination = destination;
}

/** A screen, a window or a job of this machine; sshd alone names a `pts` for someone from elsewhere. */
const localTerminal =
  /^(?:\/dev\/)?(?:pts(?:\/|$)|tty|console$|hvc\d|vc\/\d|lxc\/)|^:\d|^(?:cron|atd)$/;
const fromElsewhere = /(?:^|\/)sshd(?:-session|-auth)?$/;

/**
 * Whether `hostname` names the peer where no `addr` says so. libaudit writes the machine's own name there for whoever
 * sits at it, and for every change of an account.
 */
function isPeerName(
  name: string,
  type: string,
  kind: RecordKind | undefined,
  values: AuditValues,
  here: string | undefined,
): boolean {
  const category = kind?.category?.[0];
  const isLogin = category === "authentication" || category === "session" || isFailedLogin(type);
  // Nobody's own name is an address.
  if (ipOf(name) !== undefined) return isLogin || values.has("acct");
  if (!isLogin || (here !== undefined && isSameHost(name, here))) return false;
  return (
    fromElsewhere.test(values.get("exe") ?? "") ||
    !localTerminal.test(values.get("terminal") ?? values.get("tty") ?? "")
  );
}

/** Types that tell of a login without a meaning in the table. */
function isFailedLogin(type: string): boolean {
  return type === "USER_ERR" || type.startsWith("ANOM_LOGIN_");
}

/** True for one name, in full or up to its first dot. */
function isSameHost(a: string, b: string): boolean {
  const [one, other] = [a.toLowerCase(), b.toLowerCase()];
  return one === other || one === shortName(other) || shortName(one) === other;
}

function shortName(name: string): string {
  const dot = name.indexOf(".");
  return dot < 0 ? name : name.slice(0, dot);
}
