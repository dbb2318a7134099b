import assert from "node:assert/strict";
import { parse } from "yaml";
import { importSigma } from "../../../src/watch/sigma.ts";

const logon = `title: Failed logon
name: failed
logsource: { product: windows, service: security }
detection: { s: { EventID: 4625 }, condition: s }
`;
const correlation = (type: string, rest: string) => `---
title: Correlated
correlation:
  type: ${type}
  rules: [failed]
  group-by: [IpAddress]
  timespan: 10m
  ${rest}
level: high
`;
const imported = async (text: string) => importSigma([{ file: "s.yml", text }]);
const rulesOf = async (text: string) => {
  const { yaml, refused } = await imported(text);
  assert.deepEqual(refused, []);
  return (parse(yaml) as { rules: Record<string, unknown>[] }).rules;
};

describe("watch/sigma", () => {
  it("imports event_count, value_count and value_sum", async () => {
    const field = "winlog.event_data.TargetUserName";
    const table: [string, string, Record<string, unknown>][] = [
      ["event_count", "condition: { gt: 9 }", { count: { gte: 10, of: "events" } }],
      [
        "value_count",
        "condition: { field: TargetUserName, gte: 5 }",
        { distinct: { field, gte: 5 } },
      ],
      ["value_sum", "condition: { field: TargetUserName, gte: 5 }", { sum: { field, gte: 5 } }],
    ];
    for (const [type, condition, expected] of table) {
      const [rule, ...others] = await rulesOf(logon + correlation(type, condition));
      assert.equal(others.length, 0, "what is only correlated is no rule of its own");
      assert.deepEqual({ ...rule, ...expected }, rule);
      assert.deepEqual(rule?.["group_by"], ["winlog.event_data.IpAddress"]);
      assert.equal(rule["within"], "10m");
    }
  });

  it("imports temporal and temporal_ordered as steps", async () => {
    const worked =
      "---\ntitle: Logon\nname: worked\nlogsource: { product: windows, service: security }\ndetection: { s: { EventID: 4624 }, condition: s }\n";
    for (const type of ["temporal", "temporal_ordered"]) {
      const text = (logon + worked + correlation(type, "")).replace(
        "rules: [failed]",
        "rules: [failed, worked]",
      );
      const [rule] = await rulesOf(text);
      assert.equal((rule?.["sequence"] as unknown[]).length, 2);
      assert.equal(rule?.["ordered"], type === "temporal" ? false : undefined);
    }
  });
});
