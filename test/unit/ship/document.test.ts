import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import type { EcsEvent } from "../../../src/model/ecs.ts";
import { bulkBody, idOf, prepareDocument, textOf } from "../../../src/ship/document.ts";

const now = Date.parse("2026-11-22T10:00:05.000Z");
const iso = "2026-11-22T10:00:05.000Z";

function sent(event: EcsEvent) {
  const prepared = prepareDocument(event, "abc", 36, "test");
  const lines = bulkBody([prepared], now).toString().split("\n");
  assert.equal(lines.length, 3);
  assert.equal(lines[2], "");
  return {
    action: JSON.parse(lines[0] ?? "") as unknown,
    document: JSON.parse(lines[1] ?? "") as unknown,
    text: lines[1] ?? "",
    kept: JSON.parse(textOf(prepared)) as unknown,
  };
}

function event(more: object): EcsEvent {
  return {
    "@timestamp": "2026-11-22T10:00:00.000Z",
    ecs: { version: "9.4.0" },
    event: { dataset: "apache.access", original: "a line" },
    ...more,
  };
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

describe("a document on the wire", () => {
  const idAt = (origin: string, offset: number, original: string) => {
    const made = event({ event: { dataset: "apache.access", original } });
    return idOf(prepareDocument(made, origin, offset, "test"));
  };

  it("is named by where and what its line is", () => {
    assert.equal(idAt("abc", 36, "a line"), idAt("abc", 36, "a line"));
    assert.notEqual(idAt("abc", 36, "a line"), idAt("abc", 36, "another line"));
    assert.deepEqual(sent(event({})).action, {
      create: { _index: "logs-apache.access-test", _id: `abc-10-${crc32("a line").toString(36)}` },
    });
  });

  it("takes the origin of each file, also when streams take turns", () => {
    assert.match(idAt("abc", 1, "a line"), /^abc-/);
    assert.match(idAt("def", 1, "a line"), /^def-/);
    assert.match(idAt("abc", 2, "a line"), /^abc-2-/);
  });

  it("writes where and what as `toString(36)` does", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.string({ unit: "binary" }), (offset, text) => {
        const what = crc32(text).toString(36);
        assert.equal(idAt("abc", offset, text), `abc-${offset.toString(36)}-${what}`);
      }),
      { examples: [0, 35, 36, 1295, 1296, 2 ** 32].map((offset) => [offset, "a line"]) },
    );
  });

  const groups: Record<string, object> = {
    "without our group": {},
    "with our group": { leafwatch: { attempts: 1 } },
    "with an empty group": { leafwatch: {} },
    "with our group first": { leafwatch: { attempts: 1 }, event: { dataset: "apache.access" } },
    "with text that looks like a key": {
      message: '"event":{"ingested":"x"} "leafwatch":{',
    },
    "with inner groups of the same names": {
      winlog: { event: { a: 1 }, leafwatch: { b: 2 } },
    },
    "with an inner group of our name only": { winlog: { leafwatch: { b: 2 } } },
    "with earlier stamps": {
      event: { dataset: "apache.access", ingested: "2020-01-01T00:00:00.000Z" },
      leafwatch: { delay_ms: 1, attempts: 2 },
    },
    "with a stamp in the future": { "@timestamp": "2026-11-23T10:00:00.000Z" },
  };
  for (const [what, more] of Object.entries(groups)) {
    it(`is the event with the stamps of this try in their groups, ${what}`, () => {
      const given = event(more);
      const { document, kept } = sent(given);
      const group = { ...given.event };
      delete group.ingested;
      assert.deepEqual((kept as EcsEvent).event, group);
      const delay = Math.max(0, now - Date.parse(given["@timestamp"]));
      assert.deepEqual(document, {
        ...given,
        event: { ...given.event, ingested: iso },
        leafwatch: { ...given.leafwatch, delay_ms: delay },
      });
    });
  }

  it("is sent as it stands on its page, and in a copy where neighbours are missing", () => {
    const three = () => [0, 1, 2].map((n) => prepareDocument(event({}), "abc", n, "test"));
    let all = three();
    // Other tests have left the page at any place.
    if (all[0]?.page !== all[2]?.page) all = three();
    const whole = bulkBody(all, now);
    assert.ok(whole.buffer === all[0]?.page.bytes.buffer);
    const lines = whole.toString().split("\n");
    assert.equal(lines.length, 7);
    const ends = bulkBody(
      all.filter((_, n) => n !== 1),
      now,
    );
    assert.equal(ends.toString(), [...lines.slice(0, 2), ...lines.slice(4)].join("\n"));
  });

  it("is stamped anew at each try, however long the delay becomes", () => {
    const document = prepareDocument(event({}), "abc", 0, "test");
    const time = Date.parse("2026-11-22T10:00:00.000Z");
    for (const delay of [5, 123_456_789_012, 0, 999_999_999, 1e9, 7e12, 31]) {
      const [, json = ""] = bulkBody([document], time + delay)
        .toString()
        .split("\n");
      const made = JSON.parse(json) as EcsEvent;
      assert.equal(made.leafwatch?.delay_ms, delay);
      assert.equal(made.event.ingested, new Date(time + delay).toISOString());
    }
  });

  it("takes nothing from the event before it but what both have in common", () => {
    const file = { path: "/var/log/a" };
    const category = ["web"];
    const own: object[] = [
      { host: { name: "a" }, log: { file, offset: 1 } },
      { host: { name: "a", hostname: "b" }, log: { file, offset: 2, flags: ["gap"] } },
      { host: { name: "a", id: "c" }, log: { file: { path: "/var/log/b" } } },
      { host: {}, log: {} },
      { log: { offset: 3 } },
      { event: { dataset: "apache.access", category, outcome: "success", original: "x" } },
      { event: { dataset: "apache.access", category, outcome: "failure", original: "x" } },
      { event: { dataset: "apache.access", category, timezone: "UTC" } },
      { event: { dataset: "apache.access" } },
    ];
    const ecs = { version: "9.4.0" };
    for (const one of own) {
      for (const other of own) {
        sent(event({ ...one, ecs }));
        const { kept } = sent(event({ ...other, ecs }));
        assert.deepEqual(kept, event({ ...other, ecs }));
      }
    }
  });

  it("holds each key once and every value, whatever the event holds", () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.string(),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (any, line, own) => {
          const { event: _e, leafwatch: _l, "@timestamp": _t, ...rest } = own;
          const given = event({ ...rest, winlog: { any, event: { any } }, leafwatch: { any } });
          given.event.original = line;
          const { document, text } = sent(given);
          assert.deepEqual(
            document,
            JSON.parse(
              JSON.stringify({
                ...given,
                event: { ...given.event, ingested: iso },
                leafwatch: { ...given.leafwatch, delay_ms: 5000 },
              }),
            ),
          );
          assert.equal(count(text, '"delay_ms":5000'), 1);
        },
      ),
    );
  });
});
