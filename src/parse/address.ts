import { isIPv6 } from "node:net";
import type { Endpoint } from "../model/ecs.ts";

/**
 * The IP address that `text` writes, as Elasticsearch's type `ip` takes it: without brackets and zone id, an IPv4
 * address in IPv6 clothing (`::ffff:192.0.2.1`) unwrapped. undefined when it is none.
 */
export function ipOf(text: string): string | undefined {
  if (isIpv4(text)) return text;
  if (text.length < 2 || text.length > 100 || !text.includes(":")) return undefined;
  let bare = text;
  if (bare.startsWith("[") && bare.endsWith("]")) bare = bare.slice(1, -1);
  const zone = bare.indexOf("%");
  if (zone >= 0) bare = bare.slice(0, zone);
  if (!isIPv6(bare)) return undefined;
  if (bare.length > 7 && bare.slice(0, 7).toLowerCase() === "::ffff:") {
    const inner = bare.slice(7);
    if (isIpv4(inner)) return inner;
  }
  return bare;
}

function isIpv4(text: string): boolean {
  const length = text.length;
  if (length < 7 || length > 15) return false;
  let dots = 0;
  let value = -1;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (value < 0 || ++dots > 3) return false;
      value = -1;
    } else {
      const digit = code - 48;
      // A leading zero is octal to some and refused by Elasticsearch.
      if (digit < 0 || digit > 9 || value === 0) return false;
      value = value < 0 ? digit : value * 10 + digit;
      if (value > 255) return false;
    }
  }
  return dots === 3 && value >= 0;
}

const hostName = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u;
/** Words that programs write in place of a peer that they do not know. */
const nobody = new Set(["-", "unknown", "UNKNOWN", "?", "none", "null", "(null)"]);

/** True for what can be a host name, and is no placeholder for an unknown one. */
export function isHostName(text: string): boolean {
  return text.length <= 253 && hostName.test(text) && !nobody.has(text);
}

/** The end of a connection that `text` names: an address and what kind it is; undefined for an empty text or `-`. */
export function endpoint(text: string): Endpoint | undefined {
  if (text === "" || text === "-") return undefined;
  const ip = ipOf(text);
  if (ip !== undefined) return { address: text, ip };
  return isHostName(text) ? { address: text, domain: text } : { address: text };
}

/** The same with a port, where that is a valid number. */
export function endpointWithPort(text: string, port: string): Endpoint | undefined {
  const end = endpoint(text);
  const number = portOf(port);
  if (end && number !== undefined) end.port = number;
  return end;
}

/** The highest port. */
export const maxPort = 65_535;

/** A port number from its digits; undefined when they are none. */
export function portOf(text: string): number | undefined {
  const number = unsigned(text);
  return number !== undefined && number <= maxPort ? number : undefined;
}

/** A whole number from 1 to 15 decimal digits; undefined for everything else. */
export function unsigned(text: string): number | undefined {
  const length = text.length;
  if (length === 0 || length > 15) return undefined;
  let value = 0;
  for (let i = 0; i < length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/** Splits `host:port`, `[v6]:port` or a bare host. */
export function hostAndPort(text: string): { host: string; port?: number } {
  const colon = text.lastIndexOf(":");
  if (colon < 0 || (text.indexOf(":") !== colon && text[colon - 1] !== "]"))
    return { host: unbracket(text) };
  const port = portOf(text.slice(colon + 1));
  const host = unbracket(text.slice(0, colon));
  return port === undefined ? { host: unbracket(text) } : { host, port };
}

function unbracket(text: string): string {
  return text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
}
