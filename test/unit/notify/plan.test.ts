import assert from "node:assert/strict";
import fc from "fast-check";
import type { Stored } from "../../../src/es/documents.ts";
import { levels, type Level } from "../../../src/model/alert.ts";
import { planLane } from "../../../src/notify/outbox/plan.ts";
import type { OutboxRow } from "../../../src/notify/outbox/row.ts";
import { exampleNotification } from "./examples.ts";

function row(id: string, change: Partial<OutboxRow> = {}): Stored<OutboxRow> {
  return {
    id,
    version: { seqNo: 0, primaryTerm: 1 },
    doc: {
      state: "queued",
      channel: "email",
      lane: "lane",
      recipients: [{ address: "it@example.org", state: "waiting" }],
      created_at: "2026-07-16T13:08:00.000Z",
      due_at: "2026-07-16T13:08:00.000Z",
      attempts: 0,
      repeated: [],
      level: "medium",
      body: { kind: "alert", notification: exampleNotification() },
      ...change,
    },
  };
}
const ids = (rows: readonly Stored<OutboxRow>[]) => rows.map((one) => one.id);
const leveled = (...all: Level[]) => all.map((level, index) => row(`${level}${index}`, { level }));

describe("notify/outbox/plan", () => {
  it("sends each alone while there is room", () => {
    const plan = planLane(leveled("low", "high"), 2, true);
    assert.deepEqual([ids(plan.send), plan.join], [["high1", "low0"], []]);
  });

  it("gives the last place to a mail about all that has none, the worst go alone", () => {
    const plan = planLane(leveled("low", "critical", "medium", "low"), 2, true);
    assert.deepEqual(ids(plan.send), ["critical1"]);
    assert.deepEqual(
      plan.join.map(({ reason, rows }) => [reason, ids(rows)]),
      [["limit", ["medium2", "low0", "low3"]]],
    );
  });

  it("waits when no place is left, but not with the report and our own troubles", () => {
    const problem: OutboxRow["body"] = {
      kind: "problem",
      over: false,
      since: "",
      problem: { key: "k", level: "high", title: "t", detail: "d" },
    };
    const plan = planLane(
      [...leveled("critical", "low"), row("problem", { body: problem })],
      0,
      true,
    );
    assert.deepEqual([ids(plan.send), plan.join], [["problem"], []]);
  });

  it("never puts into another mail what may have been accepted already", () => {
    const perhaps = [
      row("crashed", { state: "sending" }),
      row("unanswered", { state: "retry", uncertain: true }),
    ];
    const partly = row("partly", {
      state: "retry",
      recipients: [
        { address: "a@example.org", state: "accepted" },
        { address: "b@example.org", state: "waiting" },
      ],
    });
    const plan = planLane([...perhaps, partly, ...leveled("high", "high", "high")], 4, true);
    const joined = plan.join.flatMap(({ rows }) => ids(rows));
    for (const { id } of [...perhaps, partly])
      assert.ok(!joined.includes(id) && ids(plan.send).includes(id));
  });

  it("tells late alerts in one mail", () => {
    const plan = planLane(
      [row("a", { gather: "late" }), row("b", { gather: "late" }), row("now")],
      30,
      true,
    );
    assert.deepEqual(
      [ids(plan.send), plan.join.map((one) => [one.reason, ids(one.rows)])],
      [["now"], [["late", ["a", "b"]]]],
    );
  });

  it("sends every message of its own where programs read", () => {
    const plan = planLane(leveled("low", "low", "low"), 0, false);
    assert.equal(plan.send.length, 3);
  });

  it("uses no more places than there are, and drops and doubles nothing", () => {
    const anyRow = fc.record({
      level: fc.constantFrom(...levels),
      gather: fc.constantFrom(undefined, "late" as const, "interval" as const),
      state: fc.constantFrom("queued" as const, "retry" as const, "sending" as const),
    });
    fc.assert(
      fc.property(
        fc.array(anyRow, { maxLength: 40 }),
        fc.integer({ min: 0, max: 12 }),
        (kinds, slots) => {
          const rows = kinds.map(({ gather, ...kind }, index) =>
            row(`r${index}`, { ...kind, ...(gather && { gather }) }),
          );
          const plan = planLane(rows, slots, true);
          const used = [...ids(plan.send), ...plan.join.flatMap((one) => ids(one.rows))];
          assert.equal(new Set(used).size, used.length);
          assert.ok(plan.send.length + plan.join.length <= slots);
          if (slots > 3 + rows.filter(({ doc }) => doc.state === "sending").length)
            assert.equal(used.length, rows.length);
        },
      ),
    );
  });
});
