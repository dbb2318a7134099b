import assert from "node:assert/strict";
import { silentLog } from "../../../src/lib/log.ts";
import type { PreparedMail } from "../../../src/model/mail.ts";
import { reportOptions } from "../../../src/report/options.ts";
import {
  checkAudiences,
  createReportSchedule,
  type ReportJob,
} from "../../../src/report/schedule.ts";
import { createMemoryDocuments } from "../../helpers/memory-documents.ts";
import { madeReport } from "../../helpers/report-made.ts";

const signal = new AbortController().signal;
const monday = new Date("2026-11-23T08:00:00Z");

function setUp(options: object = { to: ["board"] }) {
  const mails = new Map<string, PreparedMail>();
  const built: string[] = [];
  const jobs = createMemoryDocuments<ReportJob>();
  let broken = 0;
  const make = () =>
    createReportSchedule({
      jobs,
      timezone: "Europe/London",
      audiences: reportOptions.parse(options),
      build: async (_, week) => {
        if (broken-- > 0) throw new Error("Elasticsearch is down");
        built.push(week.id);
        const made = madeReport();
        return { ...made, week: { ...made.week, id: week.id } };
      },
      // As the outbox does: one id, one mail.
      enqueue: async (mail) => {
        if (!mails.has(mail.id)) mails.set(mail.id, mail);
      },
      log: silentLog,
    });
  return {
    make,
    mails,
    built,
    failOnce: () => {
      broken = 1;
    },
  };
}

describe("the report's schedule", () => {
  it("starts with the next tick after it is first seen", async () => {
    const { make, mails } = setUp();
    const schedule = make();
    assert.deepEqual(await schedule.runDue(new Date("2026-11-18T12:00:00Z"), signal), []);
    assert.deepEqual(await schedule.runDue(new Date("2026-11-23T07:59:00Z"), signal), []);
    assert.deepEqual(await schedule.runDue(monday, signal), ["report-2026-W47-board"]);
    assert.equal(mails.size, 1);
  });

  it("sends no report twice, whoever looks how often", async () => {
    const { make, built } = setUp();
    await make().runDue(new Date("2026-11-18T12:00:00Z"), signal);
    const all = await Promise.all([1, 2, 3].map(() => make().runDue(monday, signal)));
    assert.deepEqual(all.flat(), ["report-2026-W47-board"]);
    await make().runDue(new Date("2026-11-24T08:00:00Z"), signal);
    assert.deepEqual(built, ["2026-W47"]);
  });

  it("makes up every week that was missed, the oldest first", async () => {
    const { make, built } = setUp();
    await make().runDue(new Date("2026-11-03T12:00:00Z"), signal);
    await make().runDue(new Date("2026-11-25T12:00:00Z"), signal);
    assert.deepEqual(built, ["2026-W45", "2026-W46", "2026-W47"]);
  });

  it("tries again at once after a failure", async () => {
    const { make, built, failOnce } = setUp();
    await make().runDue(new Date("2026-11-18T12:00:00Z"), signal);
    failOnce();
    await assert.rejects(make().runDue(monday, signal), /Elasticsearch is down/);
    await make().runDue(new Date("2026-11-23T08:01:00Z"), signal);
    assert.deepEqual(built, ["2026-W47"]);
  });

  it("serves each audience by its own schedule", async () => {
    const { make, mails } = setUp([
      { to: ["board"] },
      { to: ["it"], schedule: "0 9 * * TUE" },
      { to: [], schedule: "* * * * *" },
    ]);
    await make().runDue(new Date("2026-11-18T12:00:00Z"), signal);
    await make().runDue(monday, signal);
    assert.deepEqual([...mails.keys()], ["report-2026-W47-board"]);
    await make().runDue(new Date("2026-11-24T09:00:00Z"), signal);
    assert.deepEqual([...mails.keys()], ["report-2026-W47-board", "report-2026-W47-it"]);
  });

  it("keeps to the zone's clock when summer time ends", async () => {
    const { make } = setUp();
    await make().runDue(new Date("2026-10-20T12:00:00Z"), signal);
    assert.deepEqual(await make().runDue(new Date("2026-10-26T07:59:00Z"), signal), []);
    assert.equal((await make().runDue(new Date("2026-10-26T08:00:00Z"), signal)).length, 1);
  });

  it("refuses two audiences of one name", () => {
    const twice = reportOptions.parse([
      { to: ["board"] },
      { to: ["board"], schedule: "0 9 * * TUE" },
    ]);
    assert.throws(
      () => {
        checkAudiences(twice);
      },
      { code: "REPORT_AUDIENCES" },
    );
    checkAudiences(reportOptions.parse([{ to: ["board"] }, { to: ["board"], name: "again" }]));
  });

  it("mails verdict, figures, the trend as a picture and the PDF", async () => {
    const { make, mails } = setUp();
    await make().runDue(new Date("2026-11-18T12:00:00Z"), signal);
    await make().runDue(monday, signal);
    const mail = mails.get("report-2026-W47-board");
    assert.ok(mail);
    assert.match(mail.subject, /^Weekly log report 2026-W47: Calm$/);
    assert.deepEqual(
      mail.attachments.map((one) => one.contentType),
      ["image/png", "application/pdf"],
    );
    assert.ok(mail.html.includes(`cid:${mail.attachments[0]?.cid ?? "?"}`));
    assert.equal(
      Buffer.from(mail.attachments[1]?.content ?? [])
        .subarray(0, 8)
        .toString(),
      "%PDF-1.7",
    );
    assert.match(mail.text, /Nothing this week/);
  });
});
