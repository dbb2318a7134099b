import { hostAndPort, ipOf } from "./address.ts";
import type { ParsedFields } from "./format.ts";

/** The client in a list of addresses, as Elastic's nginx pipeline chooses it: the first public one, else the first. */
export function clientOf(addresses: readonly string[]): string | undefined {
  return addresses.find((address) => isPublic(ipOf(address))) ?? addresses[0];
}

/** False for loopback, private, shared and link-local addresses (RFC 1918, 4193, 4291, 6598), and for no address. */
export function isPublic(ip: string | undefined): boolean {
  if (ip === undefined) return false;
  if (ip.includes(":")) return !/^(?:::1?$|f[cd]|fe[89ab])/i.test(ip);
  const [a = 0, b = 0] = ip.split(".", 2).map(Number);
  if (a === 10 || a === 127 || a === 0) return false;
  if (a === 172) return b < 16 || b > 31;
  if (a === 192) return b !== 168;
  if (a === 169) return b !== 254;
  return !(a === 100 && b >= 64 && b < 128);
}

/**
 * The addresses of a list as servers write it: parted by commas and blanks, without the ports that application gateways
 * add; words that are none left out.
 */
export function addressList(text: string): string[] {
  return text
    .split(/[,\s]+/)
    .map((word) => (ipOf(word) === undefined ? hostAndPort(word).host : word))
    .filter((word) => ipOf(word) !== undefined);
}

/** All addresses of a list go to `related.ip`; an event has one source. */
export function addAddresses(fields: ParsedFields, addresses: readonly string[]): void {
  const ips = addresses.map(ipOf).filter((ip) => ip !== undefined);
  if (ips.length > 0) {
    fields.related = {
      ...fields.related,
      ip: [...new Set([...(fields.related?.ip ?? []), ...ips])],
    };
  }
}

/** The client that a proxy names in X-Forwarded-For. */
export function addForwardedFor(fields: ParsedFields, header: string): void {
  const addresses = addressList(header);
  const ip = ipOf(clientOf(addresses) ?? "");
  if (ip === undefined) return;
  fields.network = { ...fields.network, forwarded_ip: ip };
  if (addresses.length > 1) addAddresses(fields, addresses);
}

/**
 * The source of a line that names no other address than forwarded ones: the client among them, as in the first column
 * of nginx's log. Whoever connects chooses that header, so an address that the server itself saw always goes before it.
 */
export function addForwardedSource(fields: ParsedFields): void {
  const ip = fields.network?.forwarded_ip;
  // A port alone is that of the connection, whose address the line does not say.
  if (ip !== undefined && fields.source?.address === undefined) {
    fields.source = { ...fields.source, address: ip, ip };
    delete fields.source.port;
  }
}
