export const ecsVersion = "9.4.0";

interface Address {
  address?: string;
  ip?: string;
  port?: number;
  domain?: string;
  bytes?: number;
}

interface Source extends Address {
  geo?: Geo;
  as?: { number?: number; organization?: { name?: string } };
}

export interface Geo {
  country_iso_code?: string;
  country_name?: string;
  continent_code?: string;
  continent_name?: string;
  city_name?: string;
  region_name?: string;
  location?: { lat: number; lon: number };
}

interface UserName {
  name?: string;
  id?: string;
  domain?: string;
}

interface Process {
  name?: string;
  pid?: number;
  thread?: { id?: number };
  executable?: string;
  command_line?: string;
  args?: string[];
  working_directory?: string;
}

/**
 * An event in the shape in which it is indexed: nested ECS 9.4 (field names, types and which are always arrays are
 * ECS's own), `log.offset` and `log.flags` as Elastic's shippers write them, and our `leafwatch.*`. Formats add
 * field groups here as they need them; a test holds every golden document against the field list.
 */
export interface EcsEvent {
  "@timestamp": string;
  message?: string;
  tags?: string[];
  labels?: Record<string, string>;
  ecs: { version: string };
  agent?: { type: string; version: string; name?: string };
  data_stream?: { type: "logs"; dataset: string; namespace: string };
  event: {
    kind?: "event" | "alert" | "pipeline_error";
    category?: string[];
    type?: string[];
    action?: string;
    outcome?: "success" | "failure" | "unknown";
    dataset?: string;
    module?: string;
    provider?: string;
    code?: string;
    original?: string;
    created?: string;
    ingested?: string;
    timezone?: string;
    duration?: number;
    severity?: number;
    reason?: string;
  };
  host?: { name?: string; hostname?: string };
  log?: {
    level?: string;
    logger?: string;
    offset?: number;
    flags?: string[];
    file?: { path?: string };
    syslog?: Record<string, unknown>;
  };
  error?: { message?: string; code?: string };
  source?: Source;
  destination?: Address;
  client?: Address;
  server?: Address;
  network?: { protocol?: string; forwarded_ip?: string; [field: string]: unknown };
  user?: UserName & {
    effective?: UserName;
    target?: UserName;
    changes?: UserName;
    [field: string]: unknown;
  };
  group?: { name?: string; id?: string; domain?: string };
  process?: Process & { parent?: Process; [field: string]: unknown };
  service?: { name?: string; type?: string };
  file?: { path?: string };
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
  };
  http?: {
    version?: string;
    request?: { method?: string; referrer?: string; id?: string; bytes?: number };
    response?: { status_code?: number; bytes?: number; body?: { bytes?: number } };
  };
  user_agent?: {
    original?: string;
    name?: string;
    version?: string;
    os?: { name?: string; version?: string; full?: string; family?: string };
    device?: { name?: string };
  };
  related?: { ip?: string[]; user?: string[]; hosts?: string[]; hash?: string[] };
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
