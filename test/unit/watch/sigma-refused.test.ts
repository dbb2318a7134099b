import assert from "node:assert/strict";
import { correlation, imported, logonRule, web } from "./sigma-texts.ts";

const failed = logonRule("failed", 4625);
/** That rule, and a correlation of it within ten minutes. */
const counted = (type: string, rest: string) => failed + correlation(type, "failed", rest);

describe("watch/sigma: what ours cannot say exactly", () => {
  const refusals: [string, string, RegExp][] = [
    [
      "processes",
      web("  s:\n    Image: a\n  condition: s").replace(
        "category: webserver",
        "category: process_creation\n  product: windows",
      ),
      /no log source windows\/process_creation/,
    ],
    [
      "lines searched for words",
      web("  keywords:\n    - union select\n  condition: keywords"),
      /keywords/,
    ],
    [
      "counts in a condition",
      web("  s:\n    cs-method: GET\n  condition: s | count() > 5"),
      /aggregation/,
    ],
    ["a timeframe", web("  s:\n    cs-method: GET\n  timeframe: 5m\n  condition: s"), /timeframe/],
    [
      "several conditions",
      web("  s:\n    cs-method: GET\n  condition:\n    - s\n    - not s"),
      /several conditions/,
    ],
    [
      "encodings",
      web("  s:\n    cs-uri-query|base64offset|contains: x\n  condition: s"),
      /base64offset/,
    ],
    [
      "comparisons of fields",
      web("  s:\n    cs-uri|fieldref: cs-host\n  condition: s"),
      /fieldref/,
    ],
    [
      "aliases",
      failed +
        correlation(
          "event_count",
          "failed",
          "  aliases:\n    ip:\n      failed: IpAddress\n  condition:\n    gte: 5",
        ),
      /aliases/,
    ],
    [
      "a rule that is not there",
      failed + correlation("event_count", "other", "  condition:\n    gte: 5"),
      /other.*not among/,
    ],
    [
      "a search that is nowhere",
      web("  s:\n    cs-method: GET\n  condition: s and t"),
      /"t", which is nowhere/,
    ],
    [
      "keywords",
      "title: T\nlogsource: { product: linux, service: sshd }\ndetection: { k: [a], condition: k }\n",
      /keywords/,
    ],
    [
      "regular expressions",
      "title: T\nlogsource: { category: webserver }\ndetection: { s: { cs-uri|re: a }, condition: s }\n",
      /modifier re/,
    ],
    [
      "a log source that is not read",
      "title: T\nlogsource: { product: macos }\ndetection: { s: { a: b }, condition: s }\n",
      /macos/,
    ],
    [
      "a field that is not known",
      "title: T\nlogsource: { category: webserver }\ndetection: { s: { nope: b }, condition: s }\n",
      /nope/,
    ],
    ["an upper limit", counted("event_count", "  condition: { lt: 3 }"), /no lower limit/],
    [
      "another kind of correlation",
      counted("value_avg", "  condition: { field: x, gte: 3 }"),
      /value_avg/,
    ],
    ["a month", counted("event_count", "  condition: { gte: 3 }").replace("10m", "1M"), /timespan/],
    [
      "an upper limit beside a lower one",
      counted("event_count", "  condition: { gte: 3, lte: 5 }"),
      /lte is no lower limit/,
    ],
    [
      "a correlation without a timespan",
      counted("event_count", "  condition: { gte: 3 }").replace("  timespan: 10m\n", ""),
      /correlation\.timespan/,
    ],
    [
      "a correlation of a correlation",
      counted("event_count", "  condition: { gte: 3 }") +
        correlation("temporal", "failed Correlated", "").replace(
          "title: Correlated",
          "title: Both",
        ),
      /Correlated is a correlation itself/,
    ],
    [
      "address blocks of a text, which the server would never find",
      failed.replace("EventID: 4625", "IpAddress|cidr: 10.0.0.0/8"),
      /address blocks are for addresses/,
    ],
    [
      "numbers of a text, which the server would compare as letters",
      failed.replace("EventID: 4625", "LogonType|gte: 3"),
      /compare numbers and dates/,
    ],
    [
      "exists of something that is neither true nor false",
      failed.replace("EventID: 4625", "IpAddress|exists: maybe"),
      /exists takes true or false/,
    ],
    ["a literal asterisk", failed.replace("EventID: 4625", 'CommandLine: "dir \\\\*"'), /literal/],
  ];
  for (const [title, text, reason] of refusals) {
    it(`refuses ${title} with the reason`, async () => {
      const { refused } = await imported(text);
      assert.equal(refused.length, 1);
      assert.match(refused[0]?.reason ?? "", reason);
    });
  }

  it("refuses a second rule of a title, as two rules of one id would not run", async () => {
    const other = failed.replace("EventID: 4625", "EventID: 4771");
    const { yaml, refused } = await imported(`${failed}---\n${other}`);
    assert.equal(yaml.match(/id: failed/g)?.length, 1);
    assert.match(refused[0]?.reason ?? "", /another rule here has the title/);
  });
});
