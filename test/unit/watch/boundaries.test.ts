import assert from "node:assert/strict";
import { counting } from "./boundary-counting.ts";
import { comparing } from "./boundary-comparing.ts";
import { A, fresh, hour, minute, user } from "./boundary-parts.ts";
import { memoryWorld } from "./memory-world.ts";

const start = Date.UTC(2026, 10, 16, 10);

describe("watch: what is exactly enough, and 1 ms less", () => {
  for (const [rule, title, events, expected] of [...counting, ...comparing]) {
    // Once as events come, once after three hours without a watcher: it must make no difference.
    for (const [how, everyMs] of [
      ["minute by minute", minute],
      ["after the fact", 3 * hour],
    ] as const) {
      it(`${title}: ${expected.length === 0 ? "nothing" : expected.join(" and ").trim()}, judged ${how}`, async () => {
        const world = await memoryWorld(`  - id: r\n    ${rule}\n`, start);
        const coming = [...events].sort((a, b) => a[0] - b[0]);
        for (let now = start + everyMs; now <= start + 3 * hour; now += everyMs) {
          while (coming[0] && start + coming[0][0] <= now) {
            const [at, ip, fields] = coming.shift() ?? [0, A];
            world.write(start + at, { "source.ip": ip, "leafwatch.attempts": 1, ...fields }, 0);
          }
          await world.pass(now);
        }
        const found = world
          .alerts()
          .map(({ group, count: n }) => `${group["source.ip"] ?? ""} ${n}`);
        assert.deepEqual(found.sort(), expected);
      });
    }
  }

  it("new: seen again within its history, exactly at its end, and 1 ms later", async () => {
    for (const [pause, alerts] of [
      [2 * hour - 1, 1],
      [2 * hour, 1],
      [2 * hour + 1, 2],
    ] as const) {
      const world = await memoryWorld(
        `  - id: r\n    group_by: [source.ip]\n    ${fresh}\n`,
        start,
      );
      world.write(start, user(1));
      world.write(start + pause, user(1));
      await world.pass(start + 3 * hour);
      assert.equal(
        world.steps().filter((name) => name === "active" || name === "reopened").length,
        alerts,
      );
    }
  });
});
