import assert from "node:assert/strict";
import fc from "fast-check";
import { triage, triageFailure } from "../../../src/ship/triage.ts";

const item = (status: number, type?: string) => ({
  create: {
    _index: ".ds-logs-x-y-2026.11.22-000001",
    status,
    ...(type && { error: { type, reason: "because" } }),
  },
});

/** As it comes over the wire. */
const bytesOf = (answer: unknown) =>
  Buffer.from(typeof answer === "string" ? answer : JSON.stringify(answer ?? null));

describe("triage", () => {
  const cases: [number, string | undefined, string][] = [
    [201, undefined, "stored"],
    [409, "version_conflict_engine_exception", "stored"],
    [429, "es_rejected_execution_exception", "again"],
    [429, "cluster_block_exception", "again"],
    [403, "cluster_block_exception", "again"],
    [400, "validation_exception", "again"],
    [503, "unavailable_shards_exception", "unsure"],
    [500, "exception", "unsure"],
    [400, "document_parsing_exception", "refused"],
    [413, "too_large", "refused"],
    [403, "security_exception", "fatal"],
    [401, "security_exception", "fatal"],
    [404, "index_not_found_exception", "fatal"],
  ];
  for (const [status, type, kind] of cases) {
    it(`takes ${status} ${type ?? ""} as ${kind}`, () => {
      assert.equal(triage(bytesOf({ items: [item(status, type)] }), 1)?.[0]?.kind, kind);
    });
  }

  const odd: Record<string, unknown> = {
    "no answer": undefined,
    "another document": { hello: "world" },
    "a page of HTML": "<html>",
    "too few items": { items: [item(201)] },
    "too many items": { items: [item(201), item(201), item(201)] },
    "an item without a status": { items: [item(201), { create: { _index: "x" } }] },
    "an item of another action": { items: [item(201), { index: item(201).create }] },
    "a status that says nothing": { items: [item(201), item(302)] },
    "no item": { items: [item(201), null] },
  };
  for (const [what, answer] of Object.entries(odd)) {
    it(`knows nothing from ${what}`, () => {
      assert.equal(triage(bytesOf(answer), 2), undefined);
    });
  }

  it("never throws and never takes silence for success", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), fc.nat(5), (answer, count) => {
        const outcomes = triage(bytesOf(answer), count + 1);
        assert.ok(outcomes === undefined || outcomes.length === count + 1);
      }),
    );
  });

  it("reads an answer that is all success as it reads every other, however it is broken", () => {
    const answerOf = fc.array(fc.constantFrom("000001", "000002"), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(answerOf, fc.nat(400), fc.string({ maxLength: 3 }), (generations, at, odd) => {
        const items = generations.map((number) => ({
          create: { _index: `.ds-logs-x-y-2026.11.22-${number}`, status: 201 },
        }));
        const text = JSON.stringify({ errors: false, items });
        const quick = bytesOf(text);
        // One more space sends it the long way.
        const long = bytesOf(text.replace(":false", ": false"));
        assert.deepEqual(triage(quick, items.length), triage(long, items.length));
        assert.equal(triage(quick, items.length + 1), undefined);
        assert.equal(triage(quick, items.length - 1), undefined);
        const broken = text.slice(0, at) + odd + text.slice(at + 1);
        assert.deepEqual(
          triage(bytesOf(broken), items.length),
          triage(bytesOf(` ${broken}`), items.length),
          "a broken answer means the same both ways",
        );
      }),
    );
  });

  const failures: [string, number | undefined, string, string][] = [
    ["ES_BUSY", 429, "", "again"],
    ["ES_BUSY", 503, "", "unsure"],
    ["ES_BUSY", 502, "", "unsure"],
    ["ES_TIMEOUT", undefined, "Request timed out", "unsure"],
    ["ES_UNREACHABLE", undefined, "socket hang up - Local: unknown", "unsure"],
    ["ES_UNREACHABLE", undefined, "connect ECONNREFUSED 127.0.0.1:9200", "again"],
    ["ES_ODD_ANSWER", undefined, "", "unsure"],
    ["ES_REFUSED", 413, "", "split"],
    ["ES_REFUSED", 400, "", "split"],
    ["ES_UNAUTHORIZED", 401, "", "fatal"],
    ["ES_FORBIDDEN", 403, "", "fatal"],
    ["ES_TLS", undefined, "self-signed certificate", "fatal"],
  ];
  for (const [code, status, system, kind] of failures) {
    it(`takes a request that failed with ${code} ${status ?? system} as ${kind}`, () => {
      assert.equal(triageFailure(code, status, system), kind);
    });
  }
});
