import assert from "node:assert/strict";
import type { Client } from "@elastic/elasticsearch";
import fc from "fast-check";
import { isRaised } from "../../../src/model/alert.ts";
import type { Watcher } from "../../../src/watch/watcher.ts";
import { testClient } from "../../helpers/elasticsearch.ts";
import { played } from "../../unit/watch/property/events.ts";
import { playedKinds, type PlayedKind } from "../../unit/watch/property/kinds.ts";
import { incidents } from "../../unit/watch/property/oracle.ts";
import {
  documentOf,
  randomOf,
  startMs,
  visibleAt,
  type Play,
} from "../../unit/watch/property/play.ts";
import { createWorld, rulesOf, type World } from "./world.ts";

/** Plays of each kind; raise it to search longer. */
const chosen = process.env["LEAFWATCH_ELASTIC_RUNS"];
const runs = Number(chosen ?? 3);
const day = 86_400_000;
/** Plays share the streams: each lies so far from the next in event time that no rule sees two of them. */
const apartMs = 60 * day;
/** What plays leave in the state indices slows the next a little: they begin anew after so many. */
const playsOfWorld = 40;

describe("watch: every kind over Elasticsearch equals all windows over all events", function () {
  this.timeout(120_000 + runs * 60_000);
  const total = { plays: 0, passes: 0, crashes: 0, alerts: 0 };
  let world: World;
  let clients: Client[];
  before(async () => {
    world = await createWorld();
    clients = await Promise.all([testClient(), testClient()]);
  });
  after(async () => {
    if (chosen !== undefined) process.stderr.write(`${JSON.stringify(total)}\n`);
    for (const client of clients) await client.close();
    await world[Symbol.asyncDispose]();
  });

  for (const kind of playedKinds) {
    it(`${kind.name}: whatever the order of arrival, with two watchers that are killed at any request`, async () => {
      // Every six hours of event time are a step of every pass that catches up: they begin within a day.
      const plays = fc.asyncProperty(played(kind, 1), async (play) => {
        const number = total.plays++;
        if (number > 0 && number % playsOfWorld === 0) {
          await world[Symbol.asyncDispose]();
          world = await createWorld();
        }
        await playOver(kind, play, number);
      });
      await fc.assert(plays, { numRuns: runs, endOnFailure: true });
    });
  }

  async function playOver(
    kind: PlayedKind,
    { pauses, seed, ...play }: Play,
    number: number,
  ): Promise<void> {
    const shiftMs = -number * apartMs;
    const events = play.events.map((event) => ({ ...event, at: event.at + shiftMs }));
    const rules = await rulesOf(`rules:\n  - id: played-${number}\n    ${kind.rule}\n`);
    const [rule] = rules;
    assert.ok(rule);
    const options = { from: new Date(startMs + shiftMs - 1000) };
    const watchers = clients.map((client) => ({
      client,
      watcher: world.watcher(rules, { ...options, client }),
    }));
    const random = randomOf(seed);
    const arriving = [...events].sort((a, b) => visibleAt(a) - visibleAt(b));
    let clock = startMs + shiftMs;
    const arrive = async () => {
      const unseen = arriving.findIndex((event) => visibleAt(event) > clock);
      const seen = arriving.splice(0, unseen < 0 ? arriving.length : unseen);
      await world.index(seen.map(documentOf));
    };
    for (const pause of pauses.slice(0, 5)) {
      clock += pause;
      await arrive();
      const passes = watchers.map(({ client, watcher }) => {
        const requests = random() < 0.5 ? Math.floor(random() * 40) : Infinity;
        return passOf(client, watcher, clock, requests);
      });
      await Promise.all(passes);
    }
    clock = Math.max(clock, ...events.map(visibleAt)) + 3_600_000;
    await arrive();
    for (const { client, watcher } of [...watchers, ...watchers].slice(0, 3)) {
      await passOf(client, watcher, clock, Infinity);
    }

    const horizon = Math.floor((clock - rule.delayMs) / rule.everyMs) * rule.everyMs;
    const shown = ([group, first, last, count]: readonly [unknown, string, string, number]) =>
      [group, first, last, kind.counts ? count : ""].join(" ");
    const found = (await world.alerts([rule.id]))
      .map(({ leafwatch: { alert } }) => alert)
      .filter(isRaised)
      .map((alert) =>
        shown([alert.group["source.ip"], alert.first_seen, alert.last_seen, alert.count]),
      );
    const expected = [...new Set(events.map(({ group }) => group))].flatMap((group) => {
      const own = events.filter((e) => e.group === group && e.delayMs <= day);
      return incidents(kind.expected(own, horizon)).map(({ first, last, count }) =>
        shown([group, new Date(first).toISOString(), new Date(last).toISOString(), count]),
      );
    });
    assert.deepEqual(found.sort(), expected.sort());
    total.alerts += expected.length;
  }

  /** One pass; the watcher is killed with its request number `requests`. */
  async function passOf(client: Client, watcher: Watcher, clock: number, requests: number) {
    const kill = new AbortController();
    let left = requests;
    const count = () => {
      if (left-- <= 0) kill.abort();
    };
    client.diagnostic.on("request", count);
    total.passes++;
    try {
      const { failed } = await watcher.pass(new Date(clock), kill.signal);
      assert.deepEqual(failed, []);
    } catch (error) {
      if (!kill.signal.aborted) throw error;
      total.crashes++;
    } finally {
      client.diagnostic.off("request", count);
    }
  }
});
