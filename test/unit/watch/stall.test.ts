import assert from "node:assert/strict";
import { memoryWorld, type MemoryWorld } from "./memory-world.ts";

const start = Date.UTC(2026, 10, 16, 10);
const minute = 60_000;
const at = (minutes: number) => start + minutes * minute;

const share = `
  - id: share
    match: { event.outcome: failure }
    of: { event.outcome: "*" }
    group_by: [source.ip]
    within: 10m
    ratio: { gte: 50%, min_of: 2 }
`;

class Killed extends Error {}

/** A pass that stands still between its look at the events and its first write of a head until `meanwhile` is done. */
async function stalledPass(
  world: MemoryWorld,
  now: number,
  meanwhile: () => Promise<unknown>,
  dies: boolean,
) {
  let stood = false;
  const state = {
    ...world.state,
    saveHead: async (...args: Parameters<typeof world.state.saveHead>) => {
      if (!stood) {
        stood = true;
        await meanwhile();
      }
      const saved = await world.state.saveHead(...args);
      if (dies) throw new Killed();
      return saved;
    },
  };
  await world.pass(now, { state }).catch((error: unknown) => {
    if (!(error instanceof Error && error.cause instanceof Killed)) throw error;
  });
}

describe("watch: a watcher that stands still for minutes", () => {
  for (const dies of [false, true]) {
    it(`leaves nothing that a late event undid${dies ? ", even when it dies after it wrote" : ""}`, async () => {
      const world = await memoryWorld(share, at(0));
      world.write(at(1));
      world.write(at(2), { "event.outcome": "success" });
      await stalledPass(
        world,
        at(12),
        async () => {
          for (const m of [3, 4]) {
            world.write(at(m), { "event.outcome": "success" }, 9 * minute);
          }
          for (const m of [12, 15, 50]) await world.pass(at(m));
          assert.deepEqual(world.alerts(), [], "the others see that it is no alert");
        },
        dies,
      );
      await world.pass(at(52));
      assert.deepEqual(world.alerts(), []);
    });
  }

  it("with an older clock undoes nothing that another has seen since", async () => {
    const quiet = `
  - id: quiet
    group_by: [source.ip]
    silence: { after: 15m }
`;
    const world = await memoryWorld(quiet, at(0));
    world.write(at(1));
    const recovers = async () => {
      world.write(at(30));
      await world.pass(at(60));
    };
    await stalledPass(world, at(20), recovers, false);
    const [alert, ...others] = world.alerts();
    assert.equal(others.length, 0);
    assert.equal(alert?.state, "active");
    world.write(at(2), {}, 70 * minute);
    await world.pass(at(75));
    assert.equal(world.alerts()[0]?.first_seen, new Date(at(2)).toISOString());
    assert.deepEqual(world.steps(), ["active"]);
  });
});
