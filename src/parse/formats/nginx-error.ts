import { z } from "zod";
import { endpoint, endpointWithPort, hostAndPort, isHostName, unsigned } from "../address.ts";
import { format, type ParsedFields, type Parser } from "../format.ts";
import { requestLine } from "../request-line.ts";
import { clockTime, digits, isoOf, wallTime } from "../timestamp.ts";
import { refuseLogin } from "../web-login.ts";

/** nginx's error log (ngx_log.c), with what ngx_http_log_error_handler adds to the message. */
export const nginxError = format({
  type: "nginx.error",
  summary:
    "nginx error log, with client, server, request, upstream and host taken from the message.",
  options: z.object({}),
  create: () => parser,
});

const category = ["web"];
const type = ["error"];
const head = /^ \[([a-z]{1,10})\] (\d{1,10})#(\d{1,10}): (?:\*\d{1,20} )?/;

/** nginx cuts a line here, wherever that is (NGX_MAX_ERROR_STR, less the line's end): clients can make it do so. */
const maxBytes = 2047;

const parser: Parser = {
  parse(text, { zone, trace }) {
    const clock = clockTime(text, 11);
    const day = text[4] === "/" && text[7] === "/" && text[10] === " " ? digits(text, 8, 10) : -1;
    const wallMs =
      clock &&
      wallTime(
        digits(text, 0, 4),
        digits(text, 5, 7) - 1,
        day,
        clock.hour,
        clock.minute,
        clock.second,
        clock.ms,
      );
    if (clock === undefined || wallMs === undefined) {
      trace?.("time [level] pid#tid:", false);
      return { unparsed: "does not begin with a time such as 2026/11/22 10:00:00" };
    }
    const fields: ParsedFields = {
      "@timestamp": isoOf(zone.toInstant(wallMs)),
      event: { kind: "event", category, type, timezone: zone.name },
    };
    const found = head.exec(text.slice(clock.end, clock.end + 70));
    trace?.("time [level] pid#tid:", found !== null);
    if (!found?.[1]) return { unparsed: "no [level] pid#tid: after the time", fields };
    const message = text.slice(clock.end + found[0].length);
    fields.log = { level: found[1] };
    const pid = unsigned(found[2] ?? "");
    const id = unsigned(found[3] ?? "");
    if (pid !== undefined && id !== undefined) fields.process = { pid, thread: { id } };
    fields.message = message;
    const cut = text.length > maxBytes / 4 && Buffer.byteLength(text) >= maxBytes;
    const base = addContext(message, cut, fields, trace);
    addSubject(base, cut, fields);
    return fields;
  },
};

/** The columns of the context, in the order in which nginx writes them; those in quotes may hold anything. */
const quoted = ["request", "subrequest", "upstream", "host", "referrer"] as const;
type Context = Partial<Record<"client" | "server" | (typeof quoted)[number], string>>;

/** A file's name in the message may imitate a context; more imitations than this are not looked at. */
const maxTries = 8;

/**
 * Reads `, client: A, server: S, request: "R", …` at the end of a message.
 *
 * @returns the message without it.
 */
function addContext(
  message: string,
  cut: boolean,
  fields: ParsedFields,
  trace: ((pattern: string, taken: boolean) => void) | undefined,
): string {
  // After `open() "PATH"` comes what failed: a context before that is part of the path.
  const call = /^\w{1,40}\(\) "/.test(message);
  const failed = call ? message.indexOf(" failed (") : 0;
  const user =
    message.startsWith(beforeUser) && (message.includes(mismatch) || message.includes(notFound));
  const start = /, (?:udp )?client: /g;
  for (let tries = 0; tries < maxTries; tries++) {
    const found = start.exec(message);
    if (!found) break;
    const at = found.index;
    if (failed > at || (cut && failed < 0)) continue;
    const before = message.slice(0, at);
    if (call && before.endsWith('"')) continue;
    if (user && userEnd(before) < 0) continue;
    const context = readContext(message, start.lastIndex, cut);
    if (context) {
      fill(context, fields);
      trace?.(", client: …", true);
      return message.slice(0, at);
    }
  }
  trace?.(", client: …", false);
  return message;
}

/** @param from where the client's address begins. */
function readContext(message: string, from: number, cut: boolean): Context | undefined {
  const context: Context = {};
  let at = from;
  let end = plainEnd(message, at);
  context.client = message.slice(at, end);
  if (context.client.includes(" ")) return undefined;
  // The rest of an address may be missing, and what is there may be another's.
  if (cut && end === message.length) return {};
  at = end;
  if (message.startsWith(", server: ", at)) {
    at += ", server: ".length;
    end = plainEnd(message, at);
    context.server = message.slice(at, end);
    at = end;
  }
  for (const key of quoted) {
    const start = `, ${key}: "`;
    if (!message.startsWith(start, at)) continue;
    at += start.length;
    end = key === "referrer" ? message.lastIndexOf('"') : quotedEnd(message, at);
    if (end < at && cut) end = message.length;
    if (end < at) return undefined;
    context[key] = message.slice(at, end);
    at = end + 1;
  }
  return at >= message.length || message[at] === "," ? context : undefined;
}

function plainEnd(message: string, from: number): number {
  const comma = message.indexOf(", ", from);
  return comma < 0 ? message.length : comma;
}

/** The quote that the end of the message or another column follows. */
function quotedEnd(message: string, from: number): number {
  for (let at = message.indexOf('"', from); at >= 0; at = message.indexOf('"', at + 1)) {
    if (at + 1 === message.length) return at;
    const next = message.slice(at + 1, at + 16);
    // The stream module ends with numbers.
    if (next.startsWith(", bytes from/to")) return at;
    if (quoted.some((key) => next.startsWith(`, ${key}: "`))) return at;
  }
  return -1;
}

function fill(context: Context, fields: ParsedFields): void {
  const { client, server, request, upstream, host, referrer } = context;
  const { host: address, port } = hostAndPort(client ?? "");
  const source = endpointWithPort(address, port === undefined ? "" : String(port));
  if (source) fields.source = source;
  if (server !== undefined && isHostName(server) && server !== "_") {
    fields.destination = { address: server, domain: server };
  }
  const line = requestLine(request ?? "");
  if (line.url) fields.url = line.url;
  if (line.method !== undefined) fields.http = { request: { method: line.method } };
  if (line.version !== undefined) fields.http = { ...fields.http, version: line.version };
  if (referrer !== undefined && referrer !== "-" && referrer !== "") {
    fields.http = { ...fields.http, request: { ...fields.http?.request, referrer } };
  }
  if (host !== undefined && host !== "") {
    const split = hostAndPort(host);
    fields.url = { ...fields.url, domain: split.host };
    if (split.port !== undefined) fields.url.port = split.port;
  }
  // The stream module names no scheme.
  const authority = /^(?:[a-z]{1,20}:\/\/)?([^/\s]{1,255})/.exec(
    upstream?.slice(0, 300) ?? "",
  )?.[1];
  if (authority !== undefined) {
    const split = hostAndPort(authority);
    const end = authority.startsWith("unix:")
      ? endpoint(upstream ?? "")
      : endpointWithPort(split.host, split.port === undefined ? "" : String(split.port));
    if (end) fields.server = end;
  }
}

const client =
  /^(?:kevent\(\) reported that )?(?:udp )?client (\S{1,100}) (?:closed keepalive connection|connected to )/;

/** Whom or what the message is about: a user, `open() "PATH" failed`, `client A closed keepalive connection`. */
function addSubject(base: string, cut: boolean, fields: ParsedFields): void {
  const user = refusedUser(base, cut);
  if (user !== undefined) refuseLogin(fields, user);
  const call = /^\w{1,40}\(\) "/.exec(base);
  const end = call ? base.lastIndexOf('" ') : -1;
  if (call && end > call[0].length) fields.file = { path: base.slice(call[0].length, end) };
  const address = fields.source ? undefined : client.exec(base.slice(0, 200))?.[1];
  if (address !== undefined) {
    const { host, port } = hostAndPort(address);
    const source = endpointWithPort(host, port === undefined ? "" : String(port));
    if (source) fields.source = source;
  }
}

const beforeUser = 'user "';
const mismatch = '": password mismatch';
const notFound = '" was not found in "';

/**
 * ngx_http_auth_basic_module: `user "U": password mismatch`, `user "U" was not found in "FILE"`. U is as the client
 * sent it, quotes and all, and as long; so only what stands round it tells its end.
 */
function refusedUser(base: string, cut: boolean): string | undefined {
  if (!base.startsWith(beforeUser)) return undefined;
  let to = userEnd(base);
  // Something else behind it: U holds no colon (RFC 7617 §2), so the first of these words ends it.
  if (to < 0) to = base.indexOf(mismatch, beforeUser.length);
  if (to < 0 && !cut) return undefined;
  return base.slice(beforeUser.length, to < 0 ? undefined : to);
}

/** Where the name ends in a whole message; -1 when it is none about a user. */
function userEnd(base: string): number {
  if (base.endsWith(mismatch)) {
    const to = base.length - mismatch.length;
    return to < beforeUser.length ? -1 : to;
  }
  const to = base.endsWith('"') ? base.lastIndexOf(notFound) : -1;
  return to < beforeUser.length ? -1 : to;
}
