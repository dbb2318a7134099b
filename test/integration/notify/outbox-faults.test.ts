import assert from "node:assert/strict";
import { startSmtp } from "../../helpers/smtp.ts";
import { tellMany } from "./outbox-figures.ts";
import { judge } from "./outbox-judge.ts";
import { scenario, tell, type Scenario } from "./outbox-story.ts";

const calm = { addresses: ["a@example.org"], late: false, faults: [], crashes: [], watchers: 1 };

/** Small stories of which every step is tried as the last. */
const everyStep: Record<string, Scenario> = {
  "a mail with its recovery": { ...calm, alerts: [3], perHour: 30 },
  "a mail about several": { ...calm, alerts: [1, 1, 1, 1], perHour: 2 },
  "late alerts in one mail": { ...calm, alerts: [3, 1], perHour: 30, late: true },
  "an answer that is lost": {
    ...calm,
    alerts: [1, 1],
    perHour: 30,
    faults: [{ step: "data", what: "take-and-drop" }],
  },
};

/** NOTIFY_RUNS=2500 takes about half an hour; most of it is waiting for a server that hangs. */
const numRuns = Number(process.env["NOTIFY_RUNS"] ?? 40);

describe("notify/outbox under faults and crashes", function () {
  this.timeout(600_000 + numRuns * 5000);

  it("tells every transition to every address in exactly one message", async () => {
    await using smtp = await startSmtp();
    const figures = await tellMany(scenario, (one) => tell(one, smtp), { numRuns });
    assert.equal(figures.lost, 0);
  });

  for (const [name, one] of Object.entries(everyStep)) {
    it(`loses and doubles nothing when it dies at any single step of ${name}`, async () => {
      let next = 0;
      let over = Infinity;
      // Most of a story is waiting for the server's greeting, so several are told at once.
      const worker = async () => {
        await using smtp = await startSmtp();
        while (next < over) {
          const at = next++;
          let crashed = 0;
          for (const after of [false, true]) {
            const run = await tell({ ...one, crashes: [{ at, after }] }, smtp);
            const result = await judge(one, run.rows, run);
            assert.equal(result.lost, 0, `lost after a crash ${after ? "after" : "at"} step ${at}`);
            crashed += run.crashed;
          }
          if (crashed === 0) over = Math.min(over, at);
        }
      };
      await Promise.all(Array.from({ length: 8 }, worker));
      assert.ok(over > 20, `only ${over} steps`);
    });
  }
});
