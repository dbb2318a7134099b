import assert from "node:assert/strict";
import fc from "fast-check";
import type { EcsEvent } from "../../../src/model/ecs.ts";
import {
  idOf,
  prepareDocument,
  release,
  textOf,
  type PreparedDocument,
} from "../../../src/ship/document.ts";

function eventOf(message: string): EcsEvent {
  return {
    "@timestamp": "2026-11-22T10:00:00.000Z",
    ecs: { version: "9.4.0" },
    event: { dataset: "x", original: message },
    message,
  };
}

describe("the pages of documents", () => {
  it("are written over only where nobody needs what stands there", () => {
    // Some are released at once, some late, some never; their sizes turn the pages at every place.
    const messages = fc.array(
      fc.record({ size: fc.integer({ min: 1, max: 400_000 }), keep: fc.nat(40) }),
      { minLength: 30, maxLength: 120 },
    );
    fc.assert(
      fc.property(messages, (all) => {
        const needed: { document: PreparedDocument; text: string; id: string; until: number }[] =
          [];
        for (const [n, { size, keep }] of all.entries()) {
          const message = String(n % 10).repeat(size);
          const document = prepareDocument(eventOf(message), "origin", n, "test");
          const id = idOf(document);
          const until = keep === 40 ? Infinity : n + keep;
          needed.push({ document, text: textOf(document), id, until });
          assert.equal((JSON.parse(textOf(document)) as EcsEvent).message, message);
          const last = n === all.length - 1;
          for (const one of needed.filter(({ until }) => last || until <= n)) {
            assert.equal(textOf(one.document), one.text);
            assert.equal(idOf(one.document), one.id);
            if (one.until <= n) release(one.document);
            needed.splice(needed.indexOf(one), 1);
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  it("take a document of any size", () => {
    for (const size of [900_000, 1_100_000, 9_000_000, 10]) {
      const message = '"'.repeat(size);
      const document = prepareDocument(eventOf(message), "origin", size, "test");
      assert.equal((JSON.parse(textOf(document)) as EcsEvent).message, message);
      release(document);
    }
  });

  it("are used again", () => {
    const pages = new Set<unknown>();
    for (let n = 0; n < 2000; n++) {
      const document = prepareDocument(eventOf("x".repeat(30_000)), "origin", n, "test");
      pages.add(document.page);
      release(document);
    }
    // 120 MB went over them.
    assert.ok(pages.size < 10, `${pages.size} pages`);
  });

  it("are turned after as many documents as a bulk may have", () => {
    const pages = new Map<unknown, number>();
    for (let n = 0; n < 9000; n++) {
      const { page } = prepareDocument(eventOf("x"), "origin", n, "test");
      pages.set(page, (pages.get(page) ?? 0) + 1);
    }
    assert.ok([...pages.values()].includes(4000));
    assert.ok(Math.max(...pages.values()) <= 4000);
  });
});
