import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { DateTime } from "luxon";
import { parse } from "yaml";
import { countByDataset, createWorld } from "../../../scripts/demo/world.ts";
import { logs, type LogLine } from "../../../scripts/demo/world/log-line.ts";
import { createLineParser } from "../../../src/parse/line-parser.ts";
import { formatOf } from "../../../src/parse/registry.ts";
import { zoneOf } from "../../../src/parse/zone.ts";

const now = Date.parse("2026-11-20T14:00:00Z"); // a Friday
const world = createWorld({ now, weeks: 2 });
let history: LogLine[] = [];
let longHistory: LogLine[] = [];

// The rules as the demo's file has them; every one of them counts events within five minutes.
const rules = (
  parse(readFileSync(new URL("../../../scripts/demo/rules.yml", import.meta.url), "utf8")) as {
    rules: { id: string; within: string; count: { gte: number } }[];
  }
).rules;
const withinMs = 5 * 60_000;

/** The value of a rule's group for which a line counts, read from the line itself. */
const counts: Record<string, (line: LogLine) => string | undefined> = {
  "ssh-bruteforce": ({ dataset, line }) =>
    dataset === "system.auth" ? /Failed \w+ for .* from (\S+) port/.exec(line)?.[1] : undefined,
  "http-401": byStatus(401),
  "http-404": byStatus(404),
  "http-500": (line) => byStatus(500)(line) && line.host,
  "windows-guessing": ({ dataset, line }) =>
    dataset === "windows.security" && line.includes("<EventID>4625<")
      ? /'TargetUserName'>([^<]+)/.exec(line)?.[1]
      : undefined,
};

function byStatus(status: number) {
  return ({ dataset, line }: LogLine) =>
    (dataset === "apache.access" || dataset === "nginx.access") && line.includes(`" ${status} `)
      ? line.split(" ")[0]
      : undefined;
}

/** The largest number of events in five minutes, by group. */
function peaks(lines: readonly LogLine[], rule: string): Map<string, number> {
  const recent = new Map<string, number[]>();
  const peak = new Map<string, number>();
  for (const line of lines) {
    const group = counts[rule]?.(line);
    if (group === undefined) continue;
    const repeated = Number(/message repeated (\d+) times/.exec(line.line)?.[1] ?? 1);
    const times = (recent.get(group) ?? []).filter((time) => line.time - time <= withinMs);
    for (let i = 0; i < repeated; i++) times.push(line.time);
    recent.set(group, times);
    peak.set(group, Math.max(peak.get(group) ?? 0, times.length));
  }
  return peak;
}

describe("the demo's world", () => {
  before(() => {
    longHistory = [...createWorld({ now, weeks: 5 }).history()];
    history = [...world.history()];
  });

  it("is the same for the same seed, and another for another", () => {
    const again = createWorld({ now, weeks: 1 });
    assert.deepEqual(
      [...again.history()],
      history.filter(({ time }) => time >= again.from),
    );
    const other = createWorld({ now, weeks: 1, seed: "other" }).history();
    assert.notDeepEqual([...other].slice(0, 50), [...again.history()].slice(0, 50));
  });

  it("has the same days whenever it is looked at", () => {
    assert.deepEqual(
      longHistory.filter(({ time }) => time >= world.from),
      history,
    );
    const earlier = createWorld({ now: now - 86_400_000, weeks: 1 });
    assert.deepEqual(
      [...earlier.history()],
      longHistory.filter(({ time }) => time >= earlier.from && time < now - 86_400_000),
    );
  });

  it("tells its history in order of time, from its beginning to now, in whole milliseconds", () => {
    assert.equal(now - world.from, 14 * 86_400_000);
    let before = world.from;
    for (const { time } of history) {
      assert.ok(time >= before && time < now && Number.isInteger(time), String(time));
      before = time;
    }
  });

  it("logs to every file, one line a line", () => {
    const byDataset = countByDataset(history);
    const datasets = [
      ...Object.values(logs).map(({ dataset }) => dataset),
      "leafwatch.dead_letter",
    ];
    assert.deepEqual(Object.keys(byDataset).sort(), datasets.sort());
    const sum = Object.values(byDataset).reduce((a, b) => a + b);
    assert.equal(sum, history.length);
    assert.ok(history.every(({ line }) => line !== "" && !/[\r\n]/.test(line)));
  });

  it("writes lines that the parser of their format takes, but for those that are torn", () => {
    const zone = zoneOf(world.timezone);
    assert.ok(zone);
    const facts = { namespace: "x", host: "h", zone, version: "0" };
    const parsers = new Map(
      Object.values(logs).map(({ host, dataset }) => {
        const format = formatOf(dataset);
        assert.ok(format);
        return [`${host} ${dataset}`, createLineParser(format.create({}), { ...facts, dataset })];
      }),
    );
    for (const { host, dataset, line, time, torn } of history) {
      const format = dataset === "leafwatch.dead_letter" ? "json" : dataset;
      const text = line.replace("{record}", "1");
      const event = parsers.get(`${host} ${format}`)?.parse({ text, offset: 0 }, now);
      assert.equal(event?.event.kind === "pipeline_error", torn ?? false, line);
      if (!torn)
        assert.equal(
          Math.trunc(Date.parse(event?.["@timestamp"] ?? "") / 1000),
          Math.trunc(time / 1000),
          line,
        );
    }
    assert.ok(history.some(({ torn }) => torn));
  });

  it("has something for every dashboard in any eight weeks", () => {
    for (const end of ["2026-03-04", "2027-01-01"]) {
      const lines = [...createWorld({ now: Date.parse(end) }).history()];
      for (const sign of [
        ...[
          "<EventID>4624<",
          "<EventID>4672<",
          "<EventID>4720<",
          "<EventID>4732<",
          "<EventID>4740<",
        ],
        ...["<EventID>1102<", "new group:", "new user:", "su[", "sudo:", "invalid user"],
        ...['" 403 ', '" 500 ', '" 502 ', "81.2.69."],
      ]) {
        assert.ok(
          lines.some(({ line }) => line.includes(sign)),
          `${end}: no ${sign}`,
        );
      }
    }
  });

  it("has its members check in on Thursdays, some of them not at the first try", () => {
    const logins = history.filter(({ line }) => line.includes('"POST /login '));
    const byWeekday = new Map<number, Set<string>>();
    for (const { time, line } of logins.filter(({ line }) => line.includes('" 302 '))) {
      const weekday = DateTime.fromMillis(time, { zone: world.timezone }).weekday;
      const names = byWeekday.get(weekday) ?? new Set();
      byWeekday.set(weekday, names.add(line.split(" ")[2] ?? ""));
    }
    assert.ok((byWeekday.get(4)?.size ?? 0) > 0.9 * world.members.length);
    assert.ok((byWeekday.get(5)?.size ?? 0) < 0.2 * world.members.length);
    const failed = logins.filter(({ line }) => line.includes('" 401 ')).length;
    assert.ok(failed > 20 && failed < logins.length / 4, String(failed));
  });

  it("writes stamps in the hosts' zone, with the offset of their season", () => {
    const summer = createWorld({ now: Date.parse("2026-07-03T10:00:00Z"), weeks: 1 });
    const [line] = [...summer.history()]
      .filter(({ dataset }) => dataset === "apache.access")
      .slice(-1);
    assert.match(line?.line ?? "", /\[03\/Jul\/2026:10:5\d:\d\d \+0100\]/);
    const bsd = createWorld({ now, weeks: 1, syslog: "bsd" });
    const auth = [...bsd.history()].find(({ dataset }) => dataset === "system.auth");
    assert.match(auth?.line ?? "", /^Nov 13 14:\d\d:\d\d app1 /);
  });

  for (const { id, within, count } of rules) {
    it(`stays at half of ${id}'s limit in five weeks, and reaches it under attack`, () => {
      assert.equal(within, "5m");
      for (const [group, peak] of peaks(longHistory, id)) {
        assert.ok(peak <= count.gte / 2, `${group}: ${peak} of ${count.gte}`);
      }
      const attacked = [...peaks(world.attack(now), id)].filter(([, peak]) => peak >= count.gte);
      const expected = world.expected
        .filter(({ rule }) => rule === id)
        .map(({ group }) => Object.values(group).join());
      assert.deepEqual(
        attacked.map(([group]) => group),
        expected,
      );
    });
  }
});
