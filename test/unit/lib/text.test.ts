import assert from "node:assert/strict";
import fc from "fast-check";
import { delayMs, retry } from "../../../src/lib/backoff.ts";
import { formatDuration, parseDuration } from "../../../src/lib/duration.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { visible } from "../../../src/lib/visible.ts";

describe("durations", () => {
  for (const [text, ms] of [
    ["5m", 300_000],
    ["4m59s", 299_000],
    ["400d", 34_560_000_000],
    ["1h30m", 5_400_000],
    ["250ms", 250],
  ] as const) {
    it(`${text} is ${ms} ms`, () => {
      assert.equal(parseDuration(text), ms);
    });
  }
  for (const text of ["", "5", "m5", "5 m", "-5m", "5m ", "1.5h"]) {
    it(`${JSON.stringify(text)} is none`, () => {
      assert.equal(parseDuration(text), undefined);
    });
  }
  it("are written so that they read back, to the two largest units", () => {
    assert.equal(formatDuration(90_000), "1m30s");
    assert.equal(formatDuration(0), "0ms");
    fc.assert(
      fc.property(fc.nat(10 ** 9), (ms) => {
        assert.ok((parseDuration(formatDuration(ms)) ?? -1) >= 0);
      }),
    );
  });
});

describe("visible", () => {
  for (const [title, text, expected] of [
    ["shows a line break", "a\r\nBcc: x", "a\\u000d\\u000aBcc: x"],
    ["shows an escape sequence", "\u001b[31m", "\\u001b[31m"],
    ["shows a change of direction", "a\u202eb", "a\\u202eb"],
    ["shows zero-width characters", "a\u200bb\ufeff", "a\\u200bb\\ufeff"],
    ["shows a tag of plane 14", "a\u{e0041}", "a\\u{e0041}"],
    ["shows a lone surrogate", "a\ud800b", "a\\ud800b"],
    ["leaves letters of any script", "žluť 日本 שלום 😀", "žluť 日本 שלום 😀"],
  ] as const) {
    it(title, () => {
      assert.equal(visible(text), expected);
    });
  }
  it("cuts to the length asked for", () => {
    assert.equal(visible("abcdef", 4), "abc…");
  });
});

describe("retry", () => {
  const busy = () => new AppError("BUSY", "busy", { hint: "wait", retryable: true });
  const { signal } = new AbortController();

  it("goes on while the error is retryable", async () => {
    const answer = await retry(
      async (attempt) => {
        if (attempt < 3) throw busy();
        return attempt;
      },
      { minMs: 1, maxMs: 1 },
      signal,
    );
    assert.equal(answer, 3);
  });

  it("stops at an error that no retry mends", async () => {
    let calls = 0;
    await assert.rejects(
      retry(
        async () => {
          calls++;
          throw new AppError("NO", "no", { hint: "" });
        },
        { minMs: 1, maxMs: 1 },
        signal,
      ),
      { code: "NO" },
    );
    assert.equal(calls, 1);
  });

  it("stops when it is told to", async () => {
    const controller = new AbortController();
    await assert.rejects(
      retry(
        async () => {
          controller.abort();
          throw busy();
        },
        { minMs: 60_000, maxMs: 60_000 },
        controller.signal,
      ),
      { name: "AbortError" },
    );
  });

  it("waits longer each time, within its bounds", () => {
    const delays = [1, 2, 3, 20].map((n) => delayMs(n, { minMs: 100, maxMs: 1000 }, () => 1));
    assert.deepEqual(delays, [100, 200, 400, 1000]);
    assert.equal(
      delayMs(1, { minMs: 100, maxMs: 1000 }, () => 0),
      50,
    );
  });
});
