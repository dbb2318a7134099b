import assert from "node:assert/strict";
import { createServer } from "node:http";
import { guardPasses } from "../../../src/commands/guard.ts";
import { until } from "../../helpers/poll.ts";
import { listen, operationsWorld, signal } from "./operations-world.ts";

const minute = 60_000;
const ago = (ms: number) => new Date(Date.now() - ms);

describe("no pass for some time", function () {
  this.timeout(300_000);

  /** A world in which the last pass was an hour ago. */
  async function anHourAgo() {
    const world = await operationsWorld({ watch: { from: "2h" } });
    const alerting = await world.alerting();
    await alerting.pass(ago(60 * minute), signal);
    return { world, alerting };
  }

  it("is told by the process that still runs, and the next pass says that it is over", async () => {
    const { world, alerting } = await anHourAgo();
    await using _ = world;
    const stop = new AbortController();
    const start = Date.now();
    let now = start;
    const guard = guardPasses(world.context, stop.signal, { pauseMs: 20, clock: () => now });
    now = start + 16 * minute;
    const [subject = ""] = await until(
      "operators are told",
      async () => {
        const told = await world.told();
        return told.length > 0 && told;
      },
      90_000,
    );
    assert.match(subject, /^\[LEAFWATCH\] No pass of the watcher for 1 hour 1[56] minutes$/);
    stop.abort();
    await guard;
    const passing = new AbortController();
    const running = alerting.run(passing.signal);
    await until("it is over", async () => (await world.told()).length === 2, 90_000);
    passing.abort();
    await running;
    assert.match((await world.told())[1] ?? "", /^\[LEAFWATCH\] Over: No pass of the watcher/);
  });

  it("is told by the next watcher, when nobody was there to tell of it", async () => {
    const { world, alerting } = await anHourAgo();
    await using _ = world;
    const stop = new AbortController();
    const running = alerting.run(stop.signal);
    await until("both mails are there", async () => (await world.told()).length === 2, 90_000);
    stop.abort();
    await running;
    const [begun = "", over = ""] = await world.told();
    assert.match(begun, /^\[LEAFWATCH\] No pass of the watcher for 1 hour/);
    assert.equal(over, begun.replace("] ", "] Over: "));
  });

  it("is told without the outbox while Elasticsearch is away, once, and once when it is back", async () => {
    await using world = await operationsWorld();
    const alerting = await world.alerting();
    await alerting.pass(new Date(), signal);
    const stop = new AbortController();
    const start = Date.now();
    let now = start;
    const guard = guardPasses(world.context, stop.signal, { pauseMs: 20, clock: () => now });
    world.breakAt(() => "cut");
    now = start + 20 * minute;
    await until("operators are told", async () => (await world.told()).length === 1, 90_000);
    assert.match(await world.lastText(), /Elasticsearch: .*cannot be reached/);
    now = start + 40 * minute;
    world.breakAt(() => undefined);
    await until("it is over", async () => (await world.told()).length === 2, 90_000);
    stop.abort();
    await guard;
    assert.match((await world.told())[1] ?? "", /^\[LEAFWATCH\] Over: No pass of the watcher/);
  });

  it("is heard by a watchdog as a heartbeat that stops", async () => {
    let beats = 0;
    const watchdog = createServer((_request, response) => {
      beats++;
      response.end();
    });
    const heartbeat = `http://127.0.0.1:${await listen(watchdog)}/beat`;
    await using world = await operationsWorld({ watch: { heartbeat } });
    await world.write([{ "@timestamp": ago(minute).toISOString(), message: "x" }]);
    const alerting = await world.alerting();
    await alerting.pass(new Date(), signal);
    assert.equal(beats, 1);
    world.breakAt((path) => (/\/logs-.*_search/.test(path) ? "refuse" : undefined));
    await alerting.pass(new Date(), signal);
    world.breakAt((path) => (path.includes("leafwatch-cursors") ? "refuse" : undefined));
    await assert.rejects(alerting.pass(new Date(), signal));
    assert.equal(beats, 1);
    watchdog.close();
  });
});
