import assert from "node:assert/strict";
import { Client } from "@elastic/elasticsearch";
import { createDocuments } from "../../../src/es/documents.ts";
import { setup } from "../../../src/es/templates.ts";
import { silentLog } from "../../../src/lib/log.ts";
import { createOutbox, openStore } from "../../../src/notify/outbox.ts";
import { buildReport } from "../../../src/report/build.ts";
import { reportOptions } from "../../../src/report/options.ts";
import {
  createReportSchedule,
  type ReportJob,
  type ReportSchedule,
} from "../../../src/report/schedule.ts";
import { elasticsearchUrl, randomNamespace, removeNamespace } from "../../helpers/elasticsearch.ts";
import { exampleOptions } from "../../unit/notify/examples.ts";

const signal = new AbortController().signal;
const timezone = "Europe/London";
const wednesday = new Date("2026-11-18T12:00:00Z");
const monday = new Date("2026-11-23T08:00:00Z");

describe("the report's schedule on a real server", function () {
  this.timeout(120_000);
  let client: Client;
  const namespaces: string[] = [];
  const clients: Client[] = [];

  before(async () => {
    client = new Client({ node: await elasticsearchUrl() });
  });
  after(async () => {
    for (const namespace of namespaces) await removeNamespace(client, namespace);
    for (const one of [client, ...clients]) await one.close();
  });

  /** A place of its own, and what makes instances there that share nothing but the server. */
  async function setUp(options: object = { to: ["board"] }) {
    const namespace = randomNamespace();
    namespaces.push(namespace);
    await setup(client, { namespace, retentionMs: 86_400_000 }, signal);
    const built: string[] = [];
    const instance = (build = buildReport): ReportSchedule => {
      const own = new Client({ node: client.connectionPool.connections[0]?.url.href ?? "" });
      clients.push(own);
      const outbox = createOutbox(openStore(own, namespace), {
        options: exampleOptions(9, {
          recipients: { board: ["board@example.org"], it: ["it@example.org"] },
          operations: [],
        }),
        timezone,
        log: silentLog,
      });
      return createReportSchedule({
        jobs: createDocuments<ReportJob>(own, `leafwatch-jobs-${namespace}`),
        timezone,
        audiences: reportOptions.parse(options),
        build: async (audience, week, now, stop) => {
          built.push(`${audience.to.join()} ${week.id}`);
          return build({ client: own, namespace, week, now, audience }, stop);
        },
        enqueue: outbox.enqueueMail.bind(outbox),
        log: silentLog,
      });
    };
    const queued = async () => {
      await client.indices.refresh({ index: `leafwatch-outbox-${namespace}` });
      const found = await client.search<{ body: { subject: string } }>({
        index: `leafwatch-outbox-${namespace}`,
        size: 100,
      });
      return found.hits.hits.map(({ _source }) => _source?.body.subject.slice(18, 26)).sort();
    };
    return { instance, built, queued };
  }

  it("has four instances at once make one report and queue one mail", async () => {
    const { instance, built, queued } = await setUp();
    const all = Array.from({ length: 4 }, () => instance());
    await Promise.all(all.map((one) => one.runDue(wednesday, signal)));
    const sent = await Promise.all(all.map((one) => one.runDue(monday, signal)));
    assert.equal(sent.flat().length, 1);
    assert.deepEqual(built, ["board 2026-W47"]);
    assert.deepEqual(await queued(), ["2026-W47"]);
    await Promise.all(all.map((one) => one.runDue(monday, signal)));
    assert.deepEqual(await queued(), ["2026-W47"]);
  });

  it("makes up what was missed while nobody ran, whoever starts first", async () => {
    const { instance, built, queued } = await setUp();
    await instance().runDue(new Date("2026-10-20T12:00:00Z"), signal);
    const [one, other] = [instance(), instance()];
    const late = new Date("2026-11-11T03:00:00Z");
    await Promise.all([one.runDue(late, signal), other.runDue(late, signal)]);
    const weeks = ["2026-W43", "2026-W44", "2026-W45"];
    // Summer time ended in the first of them.
    assert.deepEqual(
      built,
      weeks.map((week) => `board ${week}`),
    );
    assert.deepEqual(await queued(), weeks);
  });

  it("lets another go on when one dies at work, and queues no mail twice", async () => {
    const { instance, built, queued } = await setUp();
    await instance().runDue(wednesday, signal);
    const dead = new AbortController();
    const dying = instance(async () => {
      // As a process that is killed: neither a report nor its claim's end is written.
      dead.abort();
      throw dead.signal.reason;
    });
    await assert.rejects(dying.runDue(monday, dead.signal));
    const heir = instance();
    assert.deepEqual(await heir.runDue(new Date("2026-11-23T08:05:00Z"), signal), []);
    await heir.runDue(new Date("2026-11-23T08:11:00Z"), signal);
    assert.deepEqual(built, ["board 2026-W47", "board 2026-W47"]);
    assert.deepEqual(await queued(), ["2026-W47"]);
  });

  it("serves each audience by its own schedule, also when the report of another fails", async () => {
    const { instance, queued } = await setUp([
      { to: ["it"], schedule: "30 7 * * MON", sections: ["figures"], language: "de-DE" },
      { to: ["board"] },
    ]);
    await instance().runDue(wednesday, signal);
    const failing = instance(async (request, stop) => {
      if (request.audience?.sections?.length === 1) throw new Error("no figures");
      return buildReport(request, stop);
    });
    await assert.rejects(failing.runDue(monday, signal), /no figures/);
    assert.deepEqual(await queued(), ["2026-W47"]);
    await instance().runDue(new Date("2026-11-23T08:01:00Z"), signal);
    assert.deepEqual(await queued(), ["2026-W47", "2026-W47"]);
  });
});
