import assert from "node:assert/strict";
import { describe as putIntoWords } from "../../../src/notify/sheet.ts";
import type { Alert, Rung } from "../../../src/model/alert.ts";
import { exampleAlert, exampleNotification } from "./examples.ts";

const words = (alert: Alert, transition: "active" | "repeat" | "recovered" = "active") =>
  putIntoWords(exampleNotification(alert, transition), { timezone: "UTC" });
const ofKind = (kind: string, change: Partial<Alert> = {}) => {
  const alert = exampleAlert(change);
  return { ...alert, rule: { ...alert.rule, kind } };
};

describe("notify/sheet", () => {
  const cases: [string, Alert, string][] = [
    ["counts", ofKind("count"), "14 in 5 minutes; the limit is 10."],
    [
      "gives a share in percent",
      ofKind("ratio", { count: 0.083, threshold: 0.05 }),
      "8.3 % in 5 minutes; the limit is 5 %.",
    ],
    ["says that values differ", ofKind("distinct"), "14 different in 5 minutes; the limit is 10."],
    [
      "says how long nothing came",
      ofKind("silence", { count: 0, threshold: 1, last_seen: "2026-07-16T13:32:11.000Z" }),
      "Nothing has come for more than 30 minutes.",
    ],
    [
      "says that something is new",
      ofKind("new", { count: 1, threshold: 1 }),
      "It was not seen before.",
    ],
    [
      "names the list of known bad values",
      ofKind("indicator", { count: 1, threshold: 1 }),
      "1 event with a value from a list of known bad ones.",
    ],
    [
      "says what is usual",
      ofKind("baseline", { expected: { count: 3.14, rung: "weekly" } }),
      "14 in 5 minutes, where about 3.1 are usual; from 10 on it is unusual.",
    ],
    [
      "says that what is usual is not known yet",
      ofKind("baseline", { expected: { rung: "static" } }),
      "14 in 5 minutes; the limit is 10 as long as little is known of the past.",
    ],
  ];
  for (const [what, alert, lead] of cases) {
    it(what, () => {
      assert.equal(words(alert).lead, lead);
    });
  }

  it("fills in the title, from the group and the figures", () => {
    assert.equal(
      words(exampleAlert()).title,
      "SSH brute force from 203.0.113.5: 14 failures, 3 users",
    );
  });

  it("says when it is over, and since when", () => {
    const sheet = words(exampleAlert({ recovered_at: "2026-07-16T13:40:00.000Z" }), "recovered");
    assert.match(sheet.opening, /over/);
    assert.deepEqual(
      sheet.facts.find(([label]) => label === "Over since"),
      ["Over since", "Thu 16 Jul 2026, 13:40:00 UTC"],
    );
  });

  it("says that a finding is statistical where it is", () => {
    const sure = (alert: Alert) =>
      words(alert).facts.find(([label]) => label === "How sure")?.[1] ?? "";
    const learnt = (rung: Rung) => ofKind("baseline", { expected: { count: 3, rung } });
    assert.match(sure(learnt("weekly")), /this hour of this weekday, which is not yet proof/);
    assert.match(sure(learnt("daily")), /this hour of the day, which is not yet proof/);
    assert.match(sure(learnt("scale")), /the days before let expect, which is not yet proof/);
    assert.match(sure(learnt("static")), /what is usual here is not known yet/);
    assert.match(sure(ofKind("count")), /not estimated/);
  });

  it("names those who did it by what is known, when the rule has no group", () => {
    const top = {
      "source.ip": ["203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.4"].map((value) => ({
        value,
        count: 1,
      })),
    };
    const sheet = words(exampleAlert({ group: {}, evidence: { top, lines: [] } }));
    assert.deepEqual(sheet.facts[0], [
      "Who",
      "addresses 203.0.113.1, 203.0.113.2, 203.0.113.3 and others",
    ]);
  });
});
