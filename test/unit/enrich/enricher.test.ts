import assert from "node:assert/strict";
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { createEnricher } from "../../../src/enrich/enricher.ts";
import { indexIndicators, readIndicators } from "../../../src/enrich/indicators.ts";
import { enrichOptions } from "../../../src/enrich/options.ts";
import { readUserAgent } from "../../../src/enrich/user-agent.ts";
import type { EcsEvent } from "../../../src/model/ecs.ts";

function event(fields: Partial<EcsEvent>): EcsEvent {
  return {
    "@timestamp": "2026-11-22T10:00:00.000Z",
    ecs: { version: "9.4.0" },
    event: {},
    ...fields,
  };
}

describe("user agents", () => {
  const cases: [
    agent: string,
    name: string | undefined,
    version: string | undefined,
    os: string | undefined,
    device: string,
  ][] = [
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
      "Chrome",
      "120.0.0.0",
      "Windows 10",
      "Other",
    ],
    [
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15",
      "Safari",
      "17.1",
      "Mac OS X 10.15.7",
      "Mac",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1",
      "Safari",
      "17.0",
      "iOS 17.0",
      "iPhone",
    ],
    [
      "Mozilla/5.0 (Linux; Android 13; Pixel 7 Build/TQ) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/116.0.0.0 Mobile Safari/537.36",
      "Chrome",
      "116.0.0.0",
      "Android 13",
      "Pixel 7",
    ],
    [
      "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
      "Googlebot",
      "2.1",
      undefined,
      "Spider",
    ],
    ["curl/8.5.0", "curl", "8.5.0", undefined, "Other"],
    ["Mozilla/5.0 zgrab/0.x", "zgrab", "0.x", undefined, "Other"],
  ];
  for (const [agent, name, version, os, device] of cases) {
    it(`reads ${name ?? "nothing"} from ${agent.slice(0, 60)}`, () => {
      const read = readUserAgent(agent);
      assert.deepEqual(
        [read.name, read.version, read.os?.full, read.device?.name],
        [name, version, os, device],
      );
    });
  }

  it("never throws, whatever a client sends", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "binary" }), fc.constant("(".repeat(5000))),
        (agent) => {
          readUserAgent(agent);
        },
      ),
    );
  });
});

describe("indicator lists", () => {
  it("hold values, blocks and ends of validity, from plain lines and from CSV", () => {
    const plain = readIndicators(
      "# comment\n192.0.2.0/24 # a net\nEvil.example\n\n2001:db8::/32\n",
    );
    const csv = readIndicators('type,value,source,until\nip,"198.51.100.7",feed,2026-01-01\n');
    const index = indexIndicators([...plain, ...csv]);
    const now = Date.parse("2026-11-22T10:00:00Z");
    assert.equal(index.findAddress("192.0.2.200", now)?.value, "192.0.2.0/24");
    assert.equal(index.findAddress("192.0.3.1", now), undefined);
    assert.equal(index.findAddress("2001:0db8:0::1", now)?.type, "ipv6-addr");
    assert.equal(index.find("evil.EXAMPLE", now)?.type, "domain-name");
    assert.equal(index.findAddress("198.51.100.7", now), undefined);
    assert.equal(index.findAddress("198.51.100.7", Date.parse("2025-06-01"))?.source, "feed");
  });
});

describe("enricher", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "leafwatch-enrich-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("adds the bundled country of public addresses and nothing to private ones", async () => {
    await using enricher = await createEnricher(enrichOptions.parse({}));
    const outside = event({ source: { ip: "81.2.69.144" }, destination: { ip: "10.0.0.1" } });
    enricher.enrich(outside);
    assert.equal(outside.source?.geo?.country_iso_code, "GB");
    assert.equal(outside.source.geo.country_name, "United Kingdom");
    assert.equal(outside.source.geo.continent_name, "Europe");
    assert.equal(outside.destination?.geo, undefined);
    const v6 = event({ source: { ip: "2001:4860:4860::8888" } });
    enricher.enrich(v6);
    assert.match(v6.source?.geo?.country_iso_code ?? "", /^[A-Z]{2}$/);
  });

  it("does nothing where all is turned off", async () => {
    await using enricher = await createEnricher(
      enrichOptions.parse({ user_agent: false, geoip: false }),
    );
    const plain = event({ source: { ip: "81.2.69.144" }, user_agent: { original: "curl/8.5.0" } });
    const before = structuredClone(plain);
    enricher.enrich(plain);
    assert.deepEqual(plain, before);
  });

  it("marks events that match a list, and reads the list again when it has changed", async () => {
    const file = join(folder, "addresses.txt");
    await writeFile(file, "192.0.2.0/24\n");
    await using enricher = await createEnricher(
      enrichOptions.parse({ geoip: false, indicators: [file] }),
    );
    const first = event({ source: { ip: "192.0.2.7" } });
    enricher.enrich(first);
    assert.deepEqual(first.threat, {
      enrichments: [
        {
          indicator: { type: "ipv4-addr", name: "192.0.2.0/24", ip: "192.0.2.7" },
          matched: { atomic: "192.0.2.7", field: "source.ip", type: "indicator_match_rule" },
        },
      ],
    });
    await writeFile(file, "198.51.100.7\n");
    await utimes(file, new Date(), new Date(Date.now() + 5000));
    await enricher.refresh();
    const second = event({ source: { ip: "192.0.2.7" } });
    enricher.enrich(second);
    assert.equal(second.threat, undefined);
  });

  it("names a file that is missing or is no MMDB", async () => {
    const file = join(folder, "no.mmdb");
    await writeFile(file, "text");
    await assert.rejects(createEnricher(enrichOptions.parse({ geoip: file })), {
      code: "ENRICH_GEOIP_UNREADABLE",
    });
    await assert.rejects(
      createEnricher(enrichOptions.parse({ geoip: false, indicators: [join(folder, "none")] })),
      {
        code: "ENRICH_INDICATORS_UNREADABLE",
      },
    );
  });
});
