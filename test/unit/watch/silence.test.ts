import assert from "node:assert/strict";
import { memoryWorld, type MemoryWorld } from "./memory-world.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** When the rule is judged for the first time; it looks a day back. */
const begin = Date.parse("2026-11-18T10:00:00Z");
const rule = "  - id: r\n    group_by: [host.name]\n    silence: { after: 1h }\n";
const expected = [{ "host.name": "web1" }];

const world = () => memoryWorld(rule, begin - day, {}, { expected });

function send(into: MemoryWorld, from: number, to: number): void {
  for (let at = from; at < to; at += 10 * minute) into.write(at, { "host.name": "web1" });
}

describe("watch: a source that the config expects", () => {
  it("is silent from when it is watched on while it never sent, until it begins to", async () => {
    const watched = await world();
    for (let now = begin; now <= begin + 2 * hour; now += minute) await watched.pass(now);
    const [alert] = watched.alerts();
    assert.deepEqual([alert?.state, alert?.first_seen], ["active", new Date(begin).toISOString()]);
    send(watched, begin + 2 * hour, begin + 4 * hour);
    await watched.pass(begin + 4 * hour);
    assert.deepEqual(
      watched.alerts().map(({ state }) => state),
      ["recovered"],
    );
  });

  it("was not silent before its first event, however far the first look reaches back", async () => {
    const watched = await world();
    send(watched, begin - 10 * hour, begin + 2 * hour);
    for (let now = begin; now <= begin + 2 * hour; now += 10 * minute) await watched.pass(now);
    assert.deepEqual(watched.alerts(), []);
  });

  it("is silent since its last event where that came before the first look", async () => {
    const watched = await world();
    send(watched, begin - 10 * hour, begin - 5 * hour);
    await watched.pass(begin);
    await watched.pass(begin + 10 * minute);
    assert.deepEqual(
      watched.alerts().map(({ state, first_seen }) => [state, first_seen]),
      [["active", new Date(begin - 5 * hour - 10 * minute).toISOString()]],
    );
  });
});
