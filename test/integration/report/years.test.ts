import assert from "node:assert/strict";
import { Client } from "@elastic/elasticsearch";
import type { EcsEvent } from "../../../src/model/ecs.ts";
import { buildReport } from "../../../src/report/build.ts";
import { medianOf } from "../../../src/report/figures.ts";
import { renderPdf } from "../../../src/report/pdf.ts";
import { parseWeek, weekBefore } from "../../../src/report/week.ts";
import { elasticsearchUrl, randomNamespace, removeNamespace } from "../../helpers/elasticsearch.ts";
import { madeAlert, storeWorld } from "../../helpers/report-store.ts";
import { oddLogin } from "../../helpers/report-world.ts";

const signal = new AbortController().signal;
const timezone = "Europe/London";
const week = parseWeek("2026-W47", timezone);
const now = new Date("2026-11-23T08:00:00Z");

/** Failed logins of the week so many weeks back: each its own number, but for one week of which there is nothing. */
const failuresOf = (back: number) => (back === 5 ? 0 : 4 + (back % 7));

describe("a report over five years of history", function () {
  this.timeout(120_000);
  const short = randomNamespace();
  const long = randomNamespace();
  let client: Client;
  let asked = 0;

  before(async () => {
    client = new Client({ node: await elasticsearchUrl() });
    await storeWorld(client, short, history(20), alertsOf(20));
    await storeWorld(client, long, history(260), alertsOf(260));
    client.diagnostic.on("request", () => {
      asked++;
    });
  });
  after(async () => {
    for (const namespace of [short, long]) await removeNamespace(client, namespace);
    await client.close();
  });

  const build = (namespace: string) =>
    buildReport({ client, namespace, week, now, expected: [source] }, signal);

  it("knows week before, median of eight and first sight, whatever lies further back", async () => {
    const report = await build(long);
    const failed = report.figures.find(({ id }) => id === "logins_failed");
    const eight = [1, 2, 3, 4, 6, 7, 8].map(failuresOf);
    assert.equal(failed?.value, failuresOf(0));
    assert.equal(failed.previous, failuresOf(1));
    assert.equal(failed.median, medianOf(eight));
    assert.deepEqual(
      report.trend.map(({ value }) => value),
      [7, 6, 5, 4, 3, 2, 1, 0].map((back) => (back === 5 ? null : failuresOf(back))),
    );
    const [first] = report.top.addresses.rows;
    assert.equal(first?.name, "203.0.113.1");
    assert.equal(
      first.first_seen,
      history(260)
        .map((event) => event["@timestamp"])
        .sort()[0],
    );
    assert.equal(first.new, false);
    assert.equal(report.incidents.carried_total, 260);
    assert.equal(report.incidents.carried.length, 10);
  });

  it("asks no more of the server than over five months, and says no more", async () => {
    asked = 0;
    const some = await build(short);
    const few = asked;
    asked = 0;
    const all = await build(long);
    assert.equal(asked, few);
    const [smaller, larger] = [await renderPdf(some), await renderPdf(all)];
    assert.ok(larger.length < smaller.length * 1.05, `${larger.length} and ${smaller.length}`);
    assert.deepEqual(all.figures, some.figures);
  });
});

const source = { host: "app1", dataset: "system.auth" };

function history(weeks: number): EcsEvent[] {
  return Array.from({ length: weeks + 1 }, (_, back) => {
    const start = weekBefore(week, back).from.getTime();
    return Array.from({ length: failuresOf(back) }, (_none, n) =>
      oddLogin(new Date(start + (n * 15 + 3) * 3_600_000).toISOString(), "carol", "203.0.113.1"),
    );
  }).flat();
}

/** One alert of each week before that nobody closed. */
function alertsOf(weeks: number) {
  return Array.from({ length: weeks }, (_, back) =>
    madeAlert(`y${back}`, "low", new Date(weekBefore(week, back + 1).from).toISOString()),
  );
}
