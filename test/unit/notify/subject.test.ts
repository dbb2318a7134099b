import assert from "node:assert/strict";
import fc from "fast-check";
import { subjectOf, subjectStem } from "../../../src/notify/subject.ts";
import { exampleAlert } from "./examples.ts";

const withTitle = (title: string, group: Record<string, string | number>) => {
  const alert = exampleAlert({ group });
  alert.rule.title = title;
  return alert;
};

describe("notify/subject", () => {
  const cases: [string, string, Record<string, string | number>, string][] = [
    [
      "leaves out figures that change",
      "SSH brute force from {source.ip}: {count} failures",
      { "source.ip": "203.0.113.5" },
      "SSH brute force from 203.0.113.5 (web1)",
    ],
    [
      "fills in what a limit is",
      "More than {threshold} failures on {host.name}",
      { "host.name": "web1" },
      "More than 10 failures on web1",
    ],
    ["fills in a figure when nothing else is left", "{count} failures", {}, "14 failures (web1)"],
    [
      "takes an IPv6 address",
      "Scan from {source.ip}",
      { "source.ip": "2001:db8::7" },
      "Scan from 2001:db8::7 (web1)",
    ],
    [
      "takes a status code",
      "Many {http.response.status_code} answers",
      { "http.response.status_code": 404 },
      "Many 404 answers (web1)",
    ],
    [
      "never shows a user name",
      "Login of {user.name}",
      { "user.name": "root\r\nBcc: x@evil.example" },
      "Login of a user (web1)",
    ],
    [
      "never shows an address that is none",
      "Scan from {source.ip}",
      { "source.ip": "203.0.113.5\r\nBcc: x" },
      "Scan from a value (web1)",
    ],
    [
      "never shows a host that is not ours",
      "Errors on {host.name}",
      { "host.name": "evil.example" },
      "Errors on a host",
    ],
    [
      "names a log of ours",
      "{host.name} sends no {event.dataset} any more",
      { "host.name": "web1", "event.dataset": "apache.access" },
      "web1 sends no apache.access any more",
    ],
    [
      "never shows the name of a log that is not ours",
      "Nothing in {event.dataset}",
      { "event.dataset": "evil.example" },
      "Nothing in a source (web1)",
    ],
    ["falls back to the rule's id", "\u200b", {}, "ssh-bruteforce (web1)"],
  ];
  for (const [what, title, group, expected] of cases) {
    it(what, () => {
      assert.equal(
        subjectStem(withTitle(title, group), new Set(["web1", "apache.access"])),
        expected,
      );
    });
  }

  it("names the level, and says when it is over", () => {
    assert.equal(subjectOf("high", "active", "x"), "[HIGH] x");
    assert.equal(subjectOf("informational", "repeat", "x"), "[INFO] x");
    assert.equal(subjectOf("critical", "recovered", "x"), "[RECOVERED] x");
  });

  it("holds nothing of the log, whatever the log says", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 3 }), (text) => {
        fc.pre(!/^\d+$/.test(text) && !/^[0-9a-f.:]+$/i.test(text));
        const group = { "user.name": text, "url.path": text, "source.ip": text, "host.name": text };
        const alert = withTitle("{user.name} {url.path} {source.ip} on {host.name}", group);
        const stem = subjectStem(alert, new Set(["web1", "apache.access"]));
        assert.match(stem, /^[\x20-\x7e]+$/);
        assert.equal(stem, "a user a page a value on a host");
      }),
    );
  });
});
