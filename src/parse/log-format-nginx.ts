import { addAddresses, clientOf } from "./forwarded.ts";
import { endpoint } from "./address.ts";
import { meanings, timed, type Meaning } from "./log-format-columns.ts";
import type { Column, LogFormat } from "./log-format.ts";
import { readClf, readEpoch, readIso } from "./time-parts.ts";

/** nginx variable -> what it says. Variables that are not here are matched and left in `event.original`. */
const variables: Readonly<Record<string, Meaning>> = {
  remote_addr: meanings.address,
  realip_remote_addr: meanings.peer,
  proxy_protocol_addr: meanings.peer,
  remote_port: meanings.clientPort,
  remote_user: meanings.user,
  time_local: timed(readClf),
  time_iso8601: timed(readIso),
  msec: timed(readEpoch(1000)),
  request: meanings.request,
  request_method: meanings.method,
  request_uri: meanings.target,
  uri: meanings.path,
  document_uri: meanings.path,
  args: meanings.query,
  query_string: meanings.query,
  server_protocol: meanings.protocol,
  scheme: meanings.scheme,
  status: meanings.status,
  body_bytes_sent: meanings.bodyBytes,
  bytes_sent: meanings.totalBytes,
  request_length: meanings.requestBytes,
  request_time: meanings.seconds,
  request_id: meanings.requestId,
  http_referer: meanings.referrer,
  http_user_agent: meanings.agent,
  http_x_forwarded_for: meanings.forwardedFor,
  proxy_add_x_forwarded_for: meanings.forwardedFor,
  http_x_request_id: meanings.requestId,
  http_host: meanings.hostHeader,
  host: meanings.vhost,
  server_name: meanings.vhost,
  server_addr: meanings.serverAddress,
  server_port: meanings.vhostPort,
  upstream_addr: meanings.upstream,
  ssl_protocol: meanings.tlsVersion,
  ssl_cipher: meanings.tlsCipher,
  sent_http_content_type: meanings.mimeType,
  request_filename: meanings.file,
  pid: meanings.pid,
};

/**
 * Compiles nginx's log_format: the string itself, or the whole directive `log_format NAME [escape=…] '…' '…';` whose
 * strings are joined.
 */
export function nginxLogFormat(text: string): LogFormat {
  const source = stringOf(text);
  const parts: (string | Column)[] = [];
  const variable = /\$(?:\{(\w+)\}|(\w+))/g;
  let end = 0;
  for (const found of source.matchAll(variable)) {
    if (found.index > end) parts.push(source.slice(end, found.index));
    const name = found[1] ?? found[2] ?? "";
    parts.push({ directive: found[0], ...(variables[name] ?? unknown(name)) });
    end = found.index + found[0].length;
  }
  if (end < source.length) parts.push(source.slice(end));
  return { parts, finish: chooseClient };
}

/** What is said of each server that was tried is a list, whatever it says. */
function unknown(name: string): Meaning {
  return name.startsWith("upstream_") ? meanings.perUpstream : meanings.ignored;
}

function stringOf(text: string): string {
  const directive = /^\s*log_format\s+\S+\s+(?:escape=\w+\s+)?/.exec(text);
  if (!directive) return text === "combined" ? combined : text;
  const strings = text.slice(directive[0].length).matchAll(/'([^']*)'|"((?:[^"\\]|\\.)*)"/g);
  return [...strings].map((found) => found[1] ?? found[2] ?? "").join("");
}

const combined =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"';

/** A column of addresses holds a list behind proxies: one of them is the client. */
const chooseClient: LogFormat["finish"] = (fields, values) => {
  const text = values.get("$remote_addr") ?? "";
  if (!text.includes(",") && !text.includes(" ")) return;
  const addresses = text.split(/[,\s]+/).filter((word) => word !== "" && word !== "-");
  const source = endpoint(clientOf(addresses) ?? "");
  if (source) fields.source = source;
  addAddresses(fields, addresses);
};
