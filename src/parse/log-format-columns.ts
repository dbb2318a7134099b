import { statusOf } from "./access-event.ts";
import { endpoint, endpointWithPort, hostAndPort, ipOf, portOf, unsigned } from "./address.ts";
import type { ParsedFields } from "./format.ts";
import { addAddresses, addForwardedFor } from "./forwarded.ts";
import type { Column } from "./log-format.ts";
import { urlOf } from "./request-line.ts";
import type { ReadTime } from "./time-parts.ts";

/** A column without its name: the compilers of Apache's and nginx's formats add that. */
export type Meaning = Omit<Column, "directive">;

type Standard = NonNullable<Column["standard"]>;
const standard = (name: Standard, fits?: (value: string) => boolean): Meaning =>
  fits ? { standard: name, fits } : { standard: name };
const add = (fill: NonNullable<Column["add"]>): Meaning => ({ add: fill });

/** A column that holds a piece of the time. */
export function timed(read: ReadTime): Meaning {
  return { time: read, fits: (value) => read(value, {}) };
}

const isStatus = (value: string) =>
  value === "-" || statusOf(value) !== undefined || value === "000";
const isNumber = (value: string) => value === "-" || unsigned(value) !== undefined;

function response(fields: ParsedFields) {
  const http = (fields.http ??= {});
  return (http.response ??= {});
}

function request(fields: ParsedFields) {
  const http = (fields.http ??= {});
  return (http.request ??= {});
}

function setDuration(value: string, nsPerUnit: number, fields: ParsedFields): void {
  if (!/^\d{1,15}(?:\.\d{1,9})?$/.test(value) || !fields.event) return;
  fields.event.duration = Math.round(Number(value) * nsPerUnit);
}

function setNumber(value: string, set: (number: number) => void): void {
  const number = unsigned(value);
  if (number !== undefined) set(number);
}

function setUrlTarget(value: string, fields: ParsedFields): void {
  const url = urlOf(value, fields.http?.request?.method);
  fields.url = { ...fields.url, ...url };
}

/** nginx parts the servers that it tried by `, `, and by ` : ` where an internal redirect lies between. */
function inUpstreams(text: string, at: number): boolean {
  return text[at - 1] === "," || text.startsWith(" : ", at) || text.startsWith(" : ", at - 2);
}

/** What the columns of access logs mean, whatever the server calls them. */
export const meanings = {
  address: standard("address", (value) => endpoint(value) !== undefined && !value.includes(" ")),
  user: standard("user"),
  request: standard("request"),
  status: standard("status", isStatus),
  bodyBytes: standard("bytes", isNumber),
  referrer: standard("referrer"),
  agent: standard("agent"),
  vhost: standard("vhost"),
  vhostPort: standard("vhostPort", isNumber),
  ignored: {},
  /** `Host` header: may hold a port. */
  hostHeader: add((value, fields) => {
    const { host, port } = hostAndPort(value);
    fields.url = { ...fields.url, domain: host, ...(port !== undefined && { port }) };
  }),
  totalBytes: add((value, fields) => {
    setNumber(value, (bytes) => (response(fields).bytes = bytes));
  }),
  requestBytes: add((value, fields) => {
    setNumber(value, (bytes) => (request(fields).bytes = bytes));
  }),
  method: add((value, fields) => (request(fields).method = value)),
  protocol: add((value, fields) => {
    const version = /^HTTP\/(\d(?:\.\d)?)$/.exec(value)?.[1];
    if (version !== undefined) fields.http = { ...fields.http, version };
  }),
  target: add(setUrlTarget),
  path: add((value, fields) => {
    if (fields.url?.original === undefined) setUrlTarget(value, fields);
  }),
  query: add((value, fields) => {
    const query = value.startsWith("?") ? value.slice(1) : value;
    if (query !== "") fields.url = { ...fields.url, query };
  }),
  scheme: add((value, fields) => (fields.url = { ...fields.url, scheme: value })),
  seconds: add((value, fields) => {
    setDuration(value, 1e9, fields);
  }),
  milliseconds: add((value, fields) => {
    setDuration(value, 1e6, fields);
  }),
  microseconds: add((value, fields) => {
    setDuration(value, 1e3, fields);
  }),
  pid: add((value, fields) => {
    setNumber(value, (pid) => (fields.process = { ...fields.process, pid }));
  }),
  tid: add((value, fields) => {
    setNumber(value, (id) => (fields.process = { ...fields.process, thread: { id } }));
  }),
  requestId: add((value, fields) => (request(fields).id = value)),
  mimeType: add((value, fields) => (response(fields).mime_type = value)),
  serverAddress: add((value, fields) => {
    const ip = ipOf(value);
    if (ip === undefined) return;
    fields.destination = {
      ...fields.destination,
      address: fields.destination?.address ?? value,
      ip,
    };
  }),
  serverPort: add((value, fields) => {
    const port = portOf(value);
    if (port !== undefined) fields.destination = { ...fields.destination, port };
  }),
  clientPort: add((value, fields) => {
    const port = portOf(value);
    if (port !== undefined) fields.source = { ...fields.source, port };
  }),
  /** The peer of the connection, where the client's address was taken from a header. */
  peer: add((value, fields) => {
    if (ipOf(value) !== fields.source?.ip) addAddresses(fields, [value]);
    if (fields.source?.address === undefined) {
      fields.source = { ...endpoint(value), ...fields.source };
    }
  }),
  forwardedFor: {
    add: (value, fields) => {
      addForwardedFor(fields, value);
    },
    // No proxy lists a `-`: that is a column of its own, behind a list whose client ended it with a comma.
    goesOn: (text, at) => text[at - 1] === "," && !text.startsWith(" - ", at),
  },
  file: add((value, fields) => (fields.file = { path: value })),
  tlsVersion: add((value, fields) => {
    const found = /^(TLS|SSL)v(\d(?:\.\d)?)$/.exec(value);
    if (!found?.[1] || !found[2]) return;
    fields.tls = { ...fields.tls, version: found[2], version_protocol: found[1].toLowerCase() };
  }),
  tlsCipher: add((value, fields) => (fields.tls = { ...fields.tls, cipher: value })),
  /** The server behind a proxy: the last of the list answered. */
  upstream: {
    add: (value, fields) => {
      const last = value.split(/[,\s]+/).at(-1) ?? "";
      const { host, port } = hostAndPort(last);
      const end = endpointWithPort(host, port === undefined ? "" : String(port));
      if (end) fields.server = end;
    },
    goesOn: inUpstreams,
  },
  perUpstream: { goesOn: inUpstreams },
} as const satisfies Record<string, Meaning>;
