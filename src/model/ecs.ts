export const ecsVersion = "9.4.0";

/** Values are shared between events (constants of a format): never change one in place. */
type Words = readonly string[];

export interface Geo {
  country_iso_code?: string;
  country_name?: string;
  continent_code?: string;
  continent_name?: string;
  city_name?: string;
  region_name?: string;
  region_iso_code?: string;
  postal_code?: string;
  timezone?: string;
  location?: { lat: number; lon: number };
}

/** One end of a connection. `address` is what the line says; `ip` or `domain` says which of the two it is. */
export interface Endpoint {
  address?: string;
  ip?: string;
  port?: number;
  domain?: string;
  bytes?: number;
  packets?: number;
  mac?: string;
  user?: User;
  geo?: Geo;
  as?: { number?: number; organization?: { name?: string } };
}

export interface User {
  name?: string;
  id?: string;
  domain?: string;
  email?: string;
  full_name?: string;
  group?: { id?: string; name?: string };
}

export interface Process {
  name?: string;
  pid?: number;
  thread?: { id?: number; name?: string };
  executable?: string;
  command_line?: string;
  args?: Words;
  args_count?: number;
  working_directory?: string;
  title?: string;
  exit_code?: number;
  entity_id?: string;
  user?: User;
  group?: { id?: string; name?: string };
}

/**
 * An event in the shape in which it is indexed: nested ECS 9.4 (field names, types and which are always arrays are
 * ECS's own), `log.offset` and `log.flags` as Elastic's shippers write them, and our `leafwatch.*`. Formats add
 * field groups here as they need them; a test holds every golden document against the field list.
 */
export interface EcsEvent {
  "@timestamp": string;
  message?: string;
  tags?: Words;
  labels?: Record<string, string>;
  ecs: { version: string };
  agent?: { type: string; version: string; name?: string };
  data_stream?: { type: "logs"; dataset: string; namespace: string };
  event: {
    kind?: "event" | "alert" | "pipeline_error";
    category?: Words;
    type?: Words;
    /** An array only where Elastic's shipper writes one (auditd). */
    action?: string | Words;
    outcome?: "success" | "failure" | "unknown";
    dataset?: string;
    module?: string;
    provider?: string;
    code?: string;
    id?: string;
    sequence?: number;
    original?: string;
    created?: string;
    ingested?: string;
    start?: string;
    end?: string;
    timezone?: string;
    /** Nanoseconds. */
    duration?: number;
    severity?: number;
    reason?: string;
  };
  host?: {
    name?: string;
    hostname?: string;
    id?: string;
    ip?: Words;
    boot?: { id?: string };
    [field: string]: unknown;
  };
  log?: {
    level?: string;
    logger?: string;
    offset?: number;
    flags?: Words;
    file?: { path?: string };
    origin?: { file?: { name?: string; line?: number }; function?: string };
    syslog?: Record<string, unknown>;
  };
  error?: { message?: string; code?: string };
  source?: Endpoint;
  destination?: Endpoint;
  client?: Endpoint;
  server?: Endpoint;
  network?: { protocol?: string; forwarded_ip?: string; [field: string]: unknown };
  user?: User & { effective?: User; target?: User; changes?: User };
  group?: { name?: string; id?: string; domain?: string };
  process?: Process & { parent?: Process };
  service?: { name?: string; type?: string };
  package?: { name?: string; version?: string; type?: string };
  file?: { path?: string; [field: string]: unknown };
  url?: {
    original?: string;
    full?: string;
    path?: string;
    query?: string;
    extension?: string;
    domain?: string;
    scheme?: string;
    port?: number;
    fragment?: string;
    username?: string;
    password?: string;
  };
  http?: {
    version?: string;
    request?: { method?: string; referrer?: string; id?: string; bytes?: number };
    response?: {
      status_code?: number;
      bytes?: number;
      mime_type?: string;
      body?: { bytes?: number };
    };
  };
  user_agent?: {
    original?: string;
    name?: string;
    version?: string;
    os?: { name?: string; version?: string; full?: string; family?: string };
    device?: { name?: string };
  };
  tls?: { version?: string; version_protocol?: string; cipher?: string };
  related?: { ip?: Words; user?: Words; hosts?: Words; hash?: Words };
  threat?: Record<string, unknown>;
  rule?: Record<string, unknown>;
  leafwatch?: {
    /** How many login attempts the line stands for: rules and reports sum it. */
    attempts?: number;
    /** event.ingested - @timestamp, at least 0. */
    delay_ms?: number;
    /** Bytes that were gone before they could be read (`log.flags: [gap]`). */
    gap?: { bytes: number };
    [field: string]: unknown;
  };
  winlog?: Record<string, unknown>;
  journald?: Record<string, unknown>;
  auditd?: Record<string, unknown>;
}
