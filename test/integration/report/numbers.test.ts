import assert from "node:assert/strict";
import type { Client } from "@elastic/elasticsearch";
import { levels, type Alert } from "../../../src/model/alert.ts";
import type { EcsEvent } from "../../../src/model/ecs.ts";
import { buildReport } from "../../../src/report/build.ts";
import type { Report } from "../../../src/report/model.ts";
import type { HttpErrorClass } from "../../../src/report/model/figures.ts";
import { parseWeek, samePart } from "../../../src/report/week.ts";
import { randomNamespace, removeNamespace, testClient } from "../../helpers/elasticsearch.ts";
import { reportCases, type ReportCase } from "../../helpers/report-cases.ts";
import {
  allAlerts,
  allDocuments,
  during,
  failuresBeforeCheckIn,
  isCheckIn,
  isCheckInTry,
  isPercentile,
  isRefused,
  loginsOf,
  recountActivity,
  recountDays,
  recountFigures,
  sumAttempts,
  tally,
} from "../../helpers/report-recount.ts";
import { storeWorld } from "../../helpers/report-store.ts";

const signal = new AbortController().signal;
const timezone = "Europe/London";

for (const name of ["worst", "ordinary", "clock-change", "first-week"]) {
  describe(`the numbers of the ${name} week, counted again document by document`, function () {
    this.timeout(120_000);
    const namespace = randomNamespace();
    let client: Client;
    let made: ReportCase;
    let report: Report;
    let everything: EcsEvent[];
    let events: EcsEvent[];
    let alerts: Alert[];
    let raised: Alert[];
    let span: { from: Date; to: Date };

    before(async () => {
      client = await testClient();
      const found = reportCases().find((one) => one.name === name);
      assert.ok(found);
      made = found;
      await storeWorld(client, namespace, made.events, made.alerts, made.deadLetters);
      report = await buildReport({ client, namespace, ...made.request }, signal);
      const index = [`logs-*-${namespace}`, `-logs-leafwatch.*-${namespace}`];
      everything = await allDocuments<EcsEvent>(client, index);
      assert.equal(everything.length, made.events.length);
      alerts = await allAlerts(client, namespace);
      span = { from: new Date(report.week.from), to: new Date(report.week.until) };
      events = during(everything, span);
      raised = alerts.filter(
        ({ opened_at }) => span.from <= new Date(opened_at) && new Date(opened_at) < span.to,
      );
    });

    after(async () => {
      await removeNamespace(client, namespace);
    });

    it("has the key figures, those of the week before, and their medians", () => {
      const week = parseWeek(report.week.id, timezone);
      const parts = Array.from({ length: 8 }, (_, back) => samePart(week, span.to, back + 1));
      const now = recountFigures(everything, alerts, span);
      const before = parts
        .map((part) => ({ part, figures: recountFigures(everything, alerts, part) }))
        .map((one) => ({ ...one, known: (one.figures["events"] ?? 0) > 0 }));
      const hours = (part: { from: Date; to: Date }) =>
        (part.to.getTime() - part.from.getTime()) / 3_600_000;
      const steady = new Set(["attackers", "hosts"]);
      for (const { id, unit, value, previous, median } of report.figures) {
        assert.equal(value, now[id], id);
        const [last] = before;
        assert.equal(previous, last?.known ? last.figures[id] : null, `${id}, week before`);
        const history = before
          .filter((one) => one.known)
          .flatMap(({ part, figures }) => {
            const count = figures[id] ?? null;
            if (count === null) return [];
            const scale = unit === "count" && !steady.has(id) ? hours(span) / hours(part) : 1;
            return [count * scale];
          })
          .sort((a, b) => a - b);
        const upper = history[Math.floor(history.length / 2)];
        const lower = history[Math.ceil(history.length / 2) - 1];
        if (upper === undefined || lower === undefined) assert.equal(median, null, id);
        else assert.ok(Math.abs((median ?? NaN) - (upper + lower) / 2) < 0.06, `${id}, median`);
      }
      assert.equal(report.figures.length, Object.keys(now).length);
    });

    it("has the trend, the heat map and the days", () => {
      const week = parseWeek(report.week.id, timezone);
      for (const [index, point] of [...report.trend].reverse().entries()) {
        const part = during(everything, index === 0 ? span : samePart(week, span.to, index));
        const failed = sumAttempts(loginsOf(part, "failure"));
        assert.equal(point.value, part.length > 0 ? failed : null, point.week);
      }
      const activity = recountActivity(events, timezone);
      let total = 0;
      for (const [day, row] of report.activity.counts.entries()) {
        for (const [hour, value] of row.entries()) {
          assert.equal(value ?? 0, activity.get(`${day + 1} ${hour}`) ?? 0, `${day} ${hour}`);
          total += value ?? 0;
        }
      }
      assert.equal(report.activity.total, total);
      const days = recountDays(events, raised, timezone);
      for (const { date, alerts: byLevel, http } of report.days) {
        for (const level of levels) assert.equal(byLevel[level], days.get(date)?.[level] ?? 0);
        for (const kind of Object.keys(http) as HttpErrorClass[]) {
          assert.equal(http[kind], days.get(date)?.[kind] ?? 0, `${date} ${kind}`);
        }
      }
    });

    it("has the top ten, with the others and the week before", () => {
      const week = parseWeek(report.week.id, timezone);
      const before = during(everything, samePart(week, span.to, 1));
      const weigh = (event: EcsEvent) => event.leafwatch?.attempts ?? 1;
      const failures = (some: EcsEvent[]) => loginsOf(some, "failure");
      const errors = (some: EcsEvent[]) =>
        some.filter((event) => (event.http?.response?.status_code ?? 0) >= 400);
      const lists = [
        [
          report.top.addresses,
          (some: EcsEvent[]) => tally(some.filter(isRefused), (e) => e.source?.ip, weigh),
        ],
        [report.top.users, (some: EcsEvent[]) => tally(failures(some), (e) => e.user?.name, weigh)],
        [report.top.hosts, (some: EcsEvent[]) => tally(some, (e) => e.host?.name)],
        [report.top.urls, (some: EcsEvent[]) => tally(errors(some), (e) => e.url?.path)],
      ] as const;
      for (const [list, count] of lists) {
        const now = count(events);
        const last = new Map(count(before));
        assert.deepEqual(
          list.rows.map(({ name: key, value }) => [key, value]),
          now.slice(0, 10),
        );
        assert.equal(list.others, Math.max(0, now.length - 10));
        assert.equal(
          list.others_value,
          now.slice(10).reduce((sum, [, value]) => sum + value, 0),
        );
        for (const { name: key, previous } of list.rows) {
          assert.equal(previous, before.length > 0 ? (last.get(key) ?? 0) : null, key);
        }
      }
      for (const row of report.top.addresses.rows) {
        const own = events.filter((event) => event.source?.ip === row.name);
        assert.equal(row.failed_logins, sumAttempts(failures(own)));
        assert.equal(row.http_errors, errors(own).length);
        const first = everything
          .filter((event) => event.source?.ip === row.name)
          .map((event) => event["@timestamp"])
          .sort()[0];
        assert.equal(row.first_seen, first);
        assert.equal(row.new, new Date(row.first_seen) >= span.from);
      }
    });

    it("has the incidents that `alerts list` has", () => {
      assert.equal(report.incidents.total, raised.length);
      for (const level of levels) {
        const count = raised.filter(({ rule }) => rule.level === level).length;
        assert.equal(report.incidents.by_level[level], count);
      }
      const open = alerts.filter(
        ({ opened_at, workflow }) => new Date(opened_at) < span.from && workflow !== "closed",
      );
      assert.equal(report.incidents.carried_total, open.length);
      assert.equal(report.incidents.shown.length, Math.min(20, raised.length));
      for (const incident of report.incidents.shown) {
        const alert = raised.find(({ id }) => id === incident.id);
        assert.equal(incident.count, alert?.count);
        assert.equal(incident.title, alert?.summary);
      }
      for (const row of report.rules.rows) {
        assert.equal(row.alerts, raised.filter(({ rule }) => rule.id === row.id).length);
      }
    });

    it("has the check-in day", () => {
      const day = report.check_in;
      assert.ok(day?.date);
      const on = (event: EcsEvent) => event["@timestamp"].startsWith(day.date ?? "?");
      const came = events.filter((event) => isCheckIn(event) && on(event));
      const members = new Set(came.map((event) => event.user?.name));
      assert.equal(day.members, members.size);
      assert.equal(day.check_ins, came.length);
      const times = came.map((event) => event["@timestamp"]).sort();
      assert.deepEqual([day.first, day.last], [times[0], times.at(-1)]);
      assert.equal(
        day.hours.reduce((sum, hour) => sum + hour.check_ins, 0),
        came.length,
      );
      const roster = made.request.checkIn?.roster ?? [];
      assert.equal(day.missing_total, roster.filter((member) => !members.has(member)).length);
      for (const { member, failures, first_success } of day.struggled) {
        const tries = events.filter(
          (event) => on(event) && isCheckInTry(event) && event.user?.name === member,
        );
        const failed = tries.filter(
          (event) =>
            !isCheckIn(event) && (first_success === null || event["@timestamp"] < first_success),
        );
        assert.equal(failures, failed.length);
        assert.equal(
          first_success,
          tries
            .filter(isCheckIn)
            .map((event) => event["@timestamp"])
            .sort()[0] ?? null,
        );
      }
      const struggling = [...members].filter((member) => {
        const own = events.filter((event) => on(event) && event.user?.name === member);
        return failuresBeforeCheckIn(own) >= 3;
      });
      assert.equal(day.struggled.length, struggling.length);
    });

    it("has the sources, with their delays to one percent", () => {
      for (const row of report.sources.rows) {
        const own = events.filter(
          (event) => event.host?.name === row.host && event.event.dataset === row.dataset,
        );
        assert.equal(row.events, own.length);
        assert.equal(
          row.last_event,
          own
            .map((event) => event["@timestamp"])
            .sort()
            .at(-1) ?? null,
        );
        assert.equal(
          row.unparsed,
          own.filter(({ event }) => event.kind === "pipeline_error").length,
        );
        const delays = own
          .flatMap(({ leafwatch }) => leafwatch?.delay_ms ?? [])
          .sort((a, b) => a - b);
        assert.ok(isPercentile(row.delay_p50_ms, delays, 0.5), `${row.host}: half`);
        assert.ok(isPercentile(row.delay_p95_ms, delays, 0.95), `${row.host}: 95 %`);
      }
      assert.equal(report.sources.events, events.length);
      assert.equal(report.sources.dead_letters, made.deadLetters.length);
      assert.ok(
        report.checks.length >= 8 && report.checks.every(({ whole, parts }) => whole === parts),
      );
    });
  });
}
