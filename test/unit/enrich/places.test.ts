import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEnricher } from "../../../src/enrich/enricher.ts";
import { bundledCountries, openPlaces } from "../../../src/enrich/geoip.ts";
import { enrichOptions } from "../../../src/enrich/options.ts";
import type { EcsEvent } from "../../../src/model/ecs.ts";
import { fieldProblems } from "../../helpers/field-list.ts";
import { mmdb } from "../../helpers/mmdb.ts";

/** GeoLite2-City's shape. */
const city = mmdb(6, {
  "192.0.2.0/24": {
    city: { names: { en: "Bristol", de: "Bristol" } },
    continent: { code: "EU", names: { en: "Europe" } },
    country: { iso_code: "GB", names: { en: "United Kingdom" } },
    location: {
      latitude: 51.45,
      longitude: -2.59,
      time_zone: "Europe/London",
      accuracy_radius: 20,
    },
    postal: { code: "BS1" },
    subdivisions: [{ iso_code: "ENG", names: { en: "England" } }, { iso_code: "BST" }],
  },
  "198.51.100.0/25": { country: { iso_code: "SE" }, location: { latitude: 59, longitude: 18 } },
  "2001:db8::/32": {
    country: { iso_code: "JP", names: { en: "Japan" } },
    city: { names: { en: "Osaka" } },
  },
});
/** DB-IP City's shape, as it is spread with flat names. */
const flatCity = mmdb(4, {
  "203.0.113.0/24": { country_code: "BR", state1: "Bahia", city: "Salvador", latitude: -12.97, longitude: -38.5, postcode: "40000", timezone: "America/Bahia" }, // prettier-ignore
});
/** GeoLite2-ASN's shape, for IPv4 only. */
const asn = mmdb(4, {
  "192.0.2.0/25": {
    autonomous_system_number: 64_500,
    autonomous_system_organization: "Example Net",
  },
  "198.51.100.0/24": { autonomous_system_number: 64_501 },
});

describe("places of addresses", () => {
  let folder: string;
  const file = (name: string) => join(folder, name);
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "leafwatch-mmdb-"));
    await writeFile(file("city.mmdb"), city);
    await writeFile(file("flat.mmdb"), flatCity);
    await writeFile(file("asn.mmdb"), asn);
    await writeFile(file("cut.mmdb"), city.subarray(0, 300));
  });
  after(() => rm(folder, { recursive: true }));

  it("are read from a City file in full", async () => {
    const places = await openPlaces([file("city.mmdb")]);
    assert.deepEqual(places("192.0.2.7"), {
      geo: {
        country_iso_code: "GB",
        country_name: "United Kingdom",
        continent_code: "EU",
        continent_name: "Europe",
        region_iso_code: "GB-ENG",
        region_name: "England",
        city_name: "Bristol",
        postal_code: "BS1",
        timezone: "Europe/London",
        location: { lat: 51.45, lon: -2.59 },
      },
    });
    assert.equal(places("2001:db8::1")?.geo?.city_name, "Osaka");
    assert.equal(places("198.51.100.200"), undefined);
    assert.equal(places("10.0.0.1"), undefined);
  });

  it("have the names that a file leaves out", async () => {
    const places = await openPlaces([file("city.mmdb")]);
    const geo = places("198.51.100.1")?.geo;
    assert.equal(geo?.country_name, "Sweden");
    assert.equal(geo.continent_name, "Europe");
    assert.deepEqual(geo.location, { lat: 59, lon: 18 });
  });

  it("are read from a file with flat names", async () => {
    const places = await openPlaces([file("flat.mmdb")]);
    assert.deepEqual(places("203.0.113.9")?.geo, {
      country_iso_code: "BR",
      country_name: "Brazil",
      continent_code: "SA",
      continent_name: "South America",
      region_name: "Bahia",
      city_name: "Salvador",
      postal_code: "40000",
      timezone: "America/Bahia",
      location: { lat: -12.97, lon: -38.5 },
    });
  });

  it("join the network of an ASN file to the place of another, each from whichever file has it", async () => {
    const places = await openPlaces([file("asn.mmdb"), file("city.mmdb"), bundledCountries()]);
    assert.deepEqual(places("192.0.2.7")?.as, {
      number: 64_500,
      organization: { name: "Example Net" },
    });
    assert.equal(places("192.0.2.7")?.geo?.city_name, "Bristol");
    assert.deepEqual(places("198.51.100.200"), { as: { number: 64_501 } });
    assert.equal(places("81.2.69.142")?.geo?.country_iso_code, "GB");
  });

  it("come from no IPv4-only file for an IPv6 address", async () => {
    const places = await openPlaces([file("asn.mmdb")]);
    assert.equal(places("c000:207::1"), undefined);
  });

  it("fill geo and as of each end, in fields that ECS knows", async () => {
    const options = enrichOptions.parse({ geoip: [file("city.mmdb"), file("asn.mmdb")] });
    await using enricher = await createEnricher(options);
    const event: EcsEvent = {
      "@timestamp": "2026-11-22T10:00:00.000Z",
      ecs: { version: "9.4.0" },
      event: { kind: "event" },
      source: { address: "192.0.2.7", ip: "192.0.2.7" },
      destination: { address: "198.51.100.1", ip: "198.51.100.1" },
    };
    enricher.enrich(event);
    assert.equal(event.source?.geo?.city_name, "Bristol");
    assert.equal(event.source.as?.number, 64_500);
    assert.equal(event.destination?.as?.number, 64_501);
    assert.deepEqual(fieldProblems(event), []);
  });

  it("are refused when a file is missing, is none, or was cut off", async () => {
    for (const name of ["none.mmdb", "cut.mmdb"]) {
      await assert.rejects(openPlaces([file(name)]), { code: "ENRICH_GEOIP_UNREADABLE" });
    }
  });
});
