import type { EcsEvent, Endpoint } from "../model/ecs.ts";
import { endpoint, ipOf, portOf, unsigned } from "./address.ts";
import type { ParsedFields, Unparsed } from "./format.ts";
import { requestLine } from "./request-line.ts";

const category = ["web"];
const type = ["access"];

/** The columns that every access log has, as the server wrote them; `""` and `-` stand for nothing. */
export interface AccessColumns {
  /** ISO 8601 UTC. */
  time: string;
  address: string;
  user: string;
  vhost: string;
  vhostPort: string;
  request: string;
  status: string;
  bytes: string;
  referrer: string;
  agent: string;
}

/** The event of a line whose columns were all found; only its stamp may still be none. */
export function accessResult(columns: AccessColumns): ParsedFields | Unparsed {
  const fields = accessEvent(columns);
  if (columns.time !== "") return fields;
  delete fields["@timestamp"];
  return { unparsed: "the time is not of the form 22/Nov/2026:10:00:00 +0100", fields };
}

/** The event of one request (ECS conventions of Elastic's Apache and nginx integrations). */
export function accessEvent(columns: AccessColumns): ParsedFields {
  const status = statusOf(columns.status);
  const request = requestLine(columns.request);
  const fields: ParsedFields = {
    "@timestamp": columns.time,
    event: { kind: "event", category, type },
  };
  if (status !== undefined && fields.event) {
    fields.event.outcome = status < 400 ? "success" : "failure";
  }
  const source = endpoint(columns.address);
  if (source) fields.source = source;
  const http = httpOf(request, status, columns);
  if (http) fields.http = http;
  if (request.url) fields.url = request.url;
  if (columns.vhost !== "") addVhost(fields, columns.vhost, columns.vhostPort);
  const { user } = columns;
  // Apache writes "" for an empty name; the quotes of a name that has such come escaped.
  if (user !== "" && user !== "-" && user !== '""') fields.user = { name: user };
  if (columns.agent !== "" && columns.agent !== "-") {
    fields.user_agent = { original: columns.agent };
  }
  return fields;
}

/** A status code, which a server that never answered leaves out or writes as `000`. */
export function statusOf(text: string): number | undefined {
  const status = unsigned(text);
  return status !== undefined && status >= 100 && status <= 999 ? status : undefined;
}

function httpOf(
  request: { method?: string; version?: string },
  status: number | undefined,
  { bytes, referrer }: AccessColumns,
): EcsEvent["http"] {
  const http: NonNullable<EcsEvent["http"]> = {};
  if (request.version !== undefined) http.version = request.version;
  const hasReferrer = referrer !== "" && referrer !== "-";
  if (request.method !== undefined) {
    http.request = { method: request.method };
    if (hasReferrer) http.request.referrer = referrer;
  } else if (hasReferrer) {
    http.request = { referrer };
  }
  const size = unsigned(bytes);
  if (status !== undefined) {
    http.response = { status_code: status };
    if (size !== undefined) http.response.body = { bytes: size };
  } else if (size !== undefined) {
    http.response = { body: { bytes: size } };
  }
  return http.version !== undefined || http.request || http.response ? http : undefined;
}

/** The virtual host that served the request: `destination.*`, and `url.domain` unless the request names another. */
export function addVhost(fields: ParsedFields, vhost: string, port: string): void {
  const ip = ipOf(vhost);
  const domain = vhost.startsWith("[") && vhost.endsWith("]") ? vhost.slice(1, -1) : vhost;
  const destination: Endpoint = { address: domain, domain };
  if (ip !== undefined) destination.ip = ip;
  const number = portOf(port);
  if (number !== undefined) destination.port = number;
  fields.destination = destination;
  if (fields.url) fields.url.domain ??= domain;
  else fields.url = { domain };
}
