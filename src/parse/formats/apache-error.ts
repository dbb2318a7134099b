import { z } from "zod";
import { addRefusedLogin } from "../apache-login.ts";
import { endpoint, ipOf, portOf, unsigned } from "../address.ts";
import { format, type ParseContext, type ParsedFields, type Parser } from "../format.ts";
import { clockTime, digits, isoOf, isoTime, monthOf, wallTime } from "../timestamp.ts";

/** Apache's error log, 2.2 and 2.4 (server/log.c: the default ErrorLogFormat of each). */
export const apacheError = format({
  type: "apache.error",
  summary: "Apache error log, 2.2 and 2.4.",
  options: z.object({}),
  create: () => parser,
});

const category = ["web"];
const errorType = ["error"];
const infoType = ["info"];
const errorLevels = new Set(["emerg", "alert", "crit", "error", "warn"]);
const level = /^(?:emerg|alert|crit|error|warn|notice|info|debug|trace[1-8])$/;

const parser: Parser = {
  parse(text, context) {
    const stamp = stampOf(text, context);
    if (!stamp) {
      context.trace?.("[time]", false);
      return { unparsed: "does not begin with [time]" };
    }
    const fields: ParsedFields = {
      "@timestamp": isoOf(stamp.ms),
      event: { kind: "event", category, type: infoType, timezone: context.zone.name },
    };
    if (stamp.zoned) delete fields.event?.timezone;
    const head = brackets(text, stamp.end, fields);
    if (!head.level) {
      context.trace?.("[module:level]", false);
      return { unparsed: "no [level] after the time", fields };
    }
    context.trace?.(head.modern ? "2.4" : "2.2", true);
    addMessage(text.slice(head.end), head, fields);
    return fields;
  },
};

/** `[Thu Nov 22 10:00:00.123456 2026]`, or `[2026-11-22 10:00:00.123456]` (%{cu}t). */
function stampOf(text: string, { zone }: ParseContext) {
  if (text[0] !== "[") return undefined;
  const iso = isoTime(text, 1, zone);
  if (iso) return text[iso.end] === "]" ? { ...iso, end: iso.end + 1 } : undefined;
  const month = monthOf(text.slice(5, 8));
  const clock = clockTime(text, 12);
  if (month === undefined || !clock || text[clock.end] !== " ") return undefined;
  const close = clock.end + 5;
  if (text[close] !== "]") return undefined;
  const day = text[9] === " " ? digits(text, 10, 11) : digits(text, 9, 11);
  const year = digits(text, clock.end + 1, close);
  const wallMs = wallTime(year, month, day, clock.hour, clock.minute, clock.second, clock.ms);
  return wallMs === undefined
    ? undefined
    : { ms: zone.toInstant(wallMs), end: close + 1, zoned: false };
}

/** What stands before the message, as far as the message's own brackets do not imitate it. */
interface Head {
  level: boolean;
  /** 2.4 writes the port behind the address. */
  modern: boolean;
  /** True when the peer is named: another bracket with one is part of the message. */
  peer: boolean;
  end: number;
}

/**
 * The `[module:level] [pid N:tid N] [client A]` after the stamp, each once: modules begin messages with brackets of
 * their own (ModSecurity with `[client A]`), and what scripts write there their clients may choose.
 */
function brackets(text: string, from: number, fields: ParsedFields): Head {
  const head: Head = { level: false, modern: false, peer: false, end: from };
  while (!head.peer && text.startsWith(" [", head.end)) {
    const close = text.indexOf("]", head.end);
    if (close < 0) break;
    const inner = text.slice(head.end + 2, close);
    if (!head.level) {
      const colon = inner.indexOf(":");
      const word = inner.slice(colon + 1);
      if (!level.test(word)) break;
      head.level = true;
      head.modern = colon >= 0;
      fields.log = { level: word };
      if (colon > 0 && inner[0] !== "-") fields.log.logger = inner.slice(0, colon);
      if (errorLevels.has(word) && fields.event) fields.event.type = errorType;
    } else if (inner.startsWith("pid ") && !fields.process) {
      head.modern = true;
      addProcess(inner, fields);
    } else if (addPeer(inner, head.modern, fields)) {
      head.peer = true;
    } else {
      break;
    }
    head.end = close + 1;
  }
  return head;
}

function addProcess(inner: string, fields: ParsedFields): void {
  const tid = inner.indexOf(":tid ");
  const pid = unsigned(inner.slice(4, tid < 0 ? undefined : tid));
  const thread = tid < 0 ? undefined : unsigned(inner.slice(tid + 5));
  if (pid === undefined) return;
  fields.process = thread === undefined ? { pid } : { pid, thread: { id: thread } };
}

/**
 * `client A`, or `remote A` for the back end of a connection that the server itself opened (mod_proxy). 2.4 writes
 * `address:port` without brackets round an IPv6 address, so the port is what follows the last colon.
 */
function addPeer(inner: string, modern: boolean, fields: ParsedFields): boolean {
  const client = inner.startsWith("client ");
  if (!client && !inner.startsWith("remote ")) return false;
  const text = inner.slice(7);
  const colon = text.lastIndexOf(":");
  const port = modern && colon > 0 ? portOf(text.slice(colon + 1)) : undefined;
  const bare = port === undefined ? text : text.slice(0, colon);
  const split = port !== undefined && (!bare.includes(":") || ipOf(bare) !== undefined);
  const end = endpoint(split ? bare : text);
  if (!end) return true;
  // Port 0 stands for "not known" (mod_remoteip).
  if (split && port !== 0) end.port = port;
  if (client) fields.source = end;
  else fields.server = end;
  return true;
}

const sourceFile = /^([\w./-]{1,80}\.[a-z]{1,4})\((\d{1,7})\): /;
/** The peer where it follows the system's error text. */
const laterPeer = /^(?:\(\d{1,9}\)[^[]{0,200}: )?\[((?:client|remote) \S{1,300}?)\] /;

/** `file.c(line): (errno)text: [client A] AHnnnnn: message, referer: R`. */
function addMessage(text: string, { modern, peer }: Head, fields: ParsedFields): void {
  let message = text.trimStart();
  const file = sourceFile.exec(message);
  if (file?.[1] && fields.log) {
    fields.log.origin = { file: { name: file[1], line: Number(file[2]) } };
    message = message.slice(file[0].length);
  }
  const found = peer ? null : laterPeer.exec(message);
  if (found?.[1] && addPeer(found[1], modern, fields)) {
    const to = found[0].length;
    message = message.slice(0, to - found[1].length - "[] ".length) + message.slice(to);
  }
  const referer = message.lastIndexOf(", referer: ");
  let body = referer >= 0 ? message.slice(0, referer) : message;
  // A user's name may imitate the referrer: then the message tells of a login only as a whole.
  if (!addRefusedLogin(body, fields) && referer >= 0 && addRefusedLogin(message, fields)) {
    body = message;
  }
  if (body !== message) fields.http = { request: { referrer: message.slice(referer + 11) } };
  const code = /(?:^|: )(AH\d{5}): /.exec(body.slice(0, 300))?.[1];
  if (code !== undefined) fields.error = { code };
  const path = fileOf(body);
  if (path !== undefined) fields.file = { path };
  fields.message = message;
}

const beforePath = [
  "File does not exist: ",
  "client denied by server configuration: ",
  "script not found or unable to stat: ",
  "Attempt to serve directory: ",
  "Negotiation: discovered file(s) matching request: ",
];

function fileOf(body: string): string | undefined {
  for (const words of beforePath) {
    const at = body.indexOf(words);
    if (at < 0) continue;
    const path = body.slice(at + words.length);
    if (path.startsWith("/") || /^[A-Za-z]:[\\/]/.test(path)) return withoutNote(path);
  }
  const quoted = body.indexOf("(filesystem path '");
  if (quoted < 0) return undefined;
  const end = body.lastIndexOf("'");
  return end > quoted + 18 ? body.slice(quoted + 18, end) : undefined;
}

/** Without what some messages add to the path: ` (None could be negotiated).` */
function withoutNote(path: string): string {
  const note = path.indexOf(" (None could be negotiated).");
  return note < 0 ? path : path.slice(0, note);
}
