import type { Report } from "../../src/report/model.ts";
import type { Incident } from "../../src/report/model/incidents.ts";
import { sectionNames } from "../../src/report/options.ts";
import { assess } from "../../src/report/assess.ts";
import { createWording } from "../../src/report/wording.ts";

type Counted = Omit<Report, "verdict" | "sentences" | "actions" | "recommendations">;

const noAlerts = { informational: 0, low: 0, medium: 0, high: 0, critical: 0 };
const noErrors = { "401": 0, "403": 0, "404": 0, "other 4xx": 0, "5xx": 0 };
/** Mails of a week without any. */
export const noMails = { sent: 0, retried: 0, waiting: 0, dead: 0, undelivered: 0, refused: [] };
/** A Thursday with one check-in, and nobody who is missing. */
export const checkInDay: NonNullable<Report["check_in"]> = {
  date: "2026-11-19",
  weekday: 4,
  from: "00:00",
  to: "24:00",
  members: 1,
  previous_members: null,
  check_ins: 1,
  first: null,
  last: null,
  busiest: null,
  hours: [],
  roster: 2,
  missing: [],
  missing_total: 0,
  days_looked_back: 12,
  unknown_members: 0,
  struggled: [],
};
const noList = { rows: [], others: 0, others_value: 0 };

/** A calm week of a small organisation, written by hand: what a test is not about. */
export function madeReport(changes: Partial<Counted> = {}): Report {
  const counted: Counted = {
    version: 1,
    generated_at: "2026-11-23T08:00:00.000Z",
    namespace: "test",
    language: "en-GB",
    sections: [...sectionNames],
    pseudonyms: false,
    week: {
      id: "2026-W47",
      timezone: "Europe/London",
      from: "2026-11-16T00:00:00.000Z",
      to: "2026-11-23T00:00:00.000Z",
      until: "2026-11-23T00:00:00.000Z",
      so_far: false,
      hours: 168,
      previous: { from: "2026-11-09T00:00:00.000Z", to: "2026-11-16T00:00:00.000Z", hours: 168 },
    },
    coverage: {
      sources_expected: 1,
      sources_seen: 1,
      sources_percent: 100,
      rules_percent: 100,
      begins: null,
      gaps: [],
    },
    links: null,
    figures: [],
    trend: [],
    activity: {
      counts: Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => 1)),
      total: 168,
    },
    days: Array.from({ length: 7 }, (_, n) => ({
      date: `2026-11-${16 + n}`,
      alerts: noAlerts,
      http: noErrors,
    })),
    top: { addresses: noList, users: noList, hosts: noList, urls: noList },
    incidents: { by_level: noAlerts, total: 0, shown: [], carried: [], carried_total: 0 },
    check_in: null,
    sources: {
      rows: [madeSource("app1")],
      unparsed: 0,
      dead_letters: 0,
      gap_bytes: 0,
      clock_ahead: 0,
      events: 1000,
    },
    rules: { rows: [], mails: noMails },
    changes: { rules: [], since: "2026-W46", in_force: [] },
    checks: [],
    ...changes,
  };
  return { ...counted, ...assess(counted, createWording(counted.language, counted.week.timezone)) };
}

/** One source that works. */
export function madeSource(host: string): Report["sources"]["rows"][number] {
  return {
    host,
    dataset: "system.auth",
    expected: true,
    events: 1000,
    last_event: "2026-11-22T23:59:00.000Z",
    silent_hours: 2,
    delay_p50_ms: 900,
    delay_p95_ms: 2100,
    unparsed: 0,
    clock_ahead: 0,
  };
}

/** One alert of high level that nobody has taken up. */
export function madeIncident(changes: Partial<Incident> = {}): Incident {
  return {
    id: "a1",
    rule: "ssh-bruteforce",
    title: "SSH brute force from 203.0.113.5",
    level: "high",
    state: "recovered",
    workflow: "open",
    count: 120,
    threshold: 10,
    usual: null,
    first_seen: "2026-11-18T10:00:00.000Z",
    last_seen: "2026-11-18T10:06:00.000Z",
    opened_at: "2026-11-18T10:02:00.000Z",
    age_hours: 117,
    late: false,
    acknowledged_by: null,
    link: null,
    group: { "source.ip": "203.0.113.5", "user.name": "carol" },
    steps: [{ at: "2026-11-18T10:00:00.000Z", what: "first event" }],
    evidence: [{ field: "user.name", values: [{ value: "carol", count: 120 }] }],
    lines: [{ at: "2026-11-18T10:00:00.000Z", host: "app1", text: "Failed password for carol" }],
    ...changes,
  };
}
