import assert from "node:assert/strict";
import { createLineParser } from "../../../src/parse/line-parser.ts";
import { formats } from "../../../src/parse/registry.ts";
import { utc, zoneOf } from "../../../src/parse/zone.ts";

const readAt = Date.parse("2026-11-22T12:00:00Z");
const facts = { namespace: "n", host: "h", path: "/var/log/x", zone: utc, version: "1.2.3" };

describe("line parser", () => {
  it("gives every event what all events carry", () => {
    const parser = createLineParser(formats["system.auth"].create({}), {
      ...facts,
      dataset: "system.auth",
    });
    const text = "Nov 22 10:00:00 web1 sshd[1]: Server listening on 0.0.0.0 port 22.";
    assert.deepEqual(parser.parse({ text, offset: 42, flags: ["truncated"] }, readAt), {
      "@timestamp": "2026-11-22T10:00:00.000Z",
      event: {
        kind: "event",
        timezone: "UTC",
        dataset: "system.auth",
        module: "system",
        original: text,
        created: "2026-11-22T12:00:00.000Z",
      },
      message: "Server listening on 0.0.0.0 port 22.",
      host: { hostname: "web1", name: "h" },
      process: { name: "sshd", pid: 1 },
      ecs: { version: "9.4.0" },
      agent: { type: "leafwatch", version: "1.2.3" },
      data_stream: { type: "logs", dataset: "system.auth", namespace: "n" },
      log: { offset: 42, file: { path: "/var/log/x" }, flags: ["truncated"] },
      related: { hosts: ["h", "web1"] },
    });
  });

  it("reads one stamp anew for another zone and another time of reading", () => {
    const text = "Nov 22 10:00:00 web1 sshd[1]: Server listening on 0.0.0.0 port 22.";
    const times = (["UTC", "Asia/Tokyo", "UTC"] as const).map((name) => {
      const zone = zoneOf(name);
      assert.ok(zone);
      const parser = createLineParser(formats["system.auth"].create({}), {
        ...facts,
        dataset: "system.auth",
        zone,
      });
      const at = (near: string) => parser.parse({ text, offset: 0 }, Date.parse(near));
      return [at("2026-11-22T12:00:00Z"), at("2026-11-20T12:00:00Z")].map(
        (event) => event?.["@timestamp"],
      );
    });
    assert.deepEqual(times, [
      ["2026-11-22T10:00:00.000Z", "2025-11-22T10:00:00.000Z"],
      ["2026-11-22T01:00:00.000Z", "2025-11-22T01:00:00.000Z"],
      ["2026-11-22T10:00:00.000Z", "2025-11-22T10:00:00.000Z"],
    ]);
  });

  it("stores a gap as an error with the bytes that were lost", () => {
    const parser = createLineParser(formats["apache.access"].create({}), {
      ...facts,
      dataset: "apache.access",
    });
    const event = parser.parse(
      { text: "4096 bytes are gone", offset: 10, flags: ["gap"], gapBytes: 4096 },
      readAt,
    );
    assert.equal(event?.event.kind, "pipeline_error");
    assert.equal(event.error?.message, "4096 bytes are gone");
    assert.deepEqual(event.leafwatch, { gap: { bytes: 4096 } });
    assert.deepEqual(event.log?.flags, ["gap"]);
  });

  it("stores a line that makes a parser throw, with the reason", () => {
    const parser = createLineParser(
      {
        parse: () => {
          throw new Error("a mistake");
        },
      },
      { ...facts, dataset: "x.y" },
    );
    const event = parser.parse({ text: "line", offset: 0 }, readAt);
    assert.equal(event?.event.kind, "pipeline_error");
    assert.match(event.error?.message ?? "", /a mistake/);
    assert.equal(event.event.original, "line");
  });

  it("goes on in the middle of a file with the directive that was saved", () => {
    const first = createLineParser(formats["iis.access"].create({}), {
      ...facts,
      dataset: "iis.access",
    });
    assert.equal(first.parse({ text: "#Fields: date time c-ip", offset: 0 }, readAt), undefined);
    const directive = first.directive();
    const second = createLineParser(formats["iis.access"].create({}), {
      ...facts,
      dataset: "iis.access",
      directive,
    });
    const event = second.parse({ text: "2026-11-22 10:00:00 192.0.2.7", offset: 30 }, readAt);
    assert.equal(event?.source?.ip, "192.0.2.7");
  });
});
