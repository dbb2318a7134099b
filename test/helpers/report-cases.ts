import type { Alert } from "../../src/model/alert.ts";
import type { EcsEvent } from "../../src/model/ecs.ts";
import type { ReportRequest } from "../../src/report/build.ts";
import { checkInOptions } from "../../src/report/options.ts";
import { parseWeek } from "../../src/report/week.ts";
import { madeAlert } from "./report-store.ts";
import {
  bruteForce,
  memberName,
  oddLogin,
  ordinaryWorld,
  unparsed,
  webBurst,
} from "./report-world.ts";

/** A week worth a report: what lies in Elasticsearch and what is asked. */
export interface ReportCase {
  readonly name: string;
  readonly events: readonly EcsEvent[];
  readonly alerts: readonly Alert[];
  readonly deadLetters: readonly EcsEvent[];
  readonly request: Omit<ReportRequest, "client" | "namespace">;
}

const timezone = "Europe/London";
const members = 42;
const expected = [
  { host: "web1", dataset: "apache.access" },
  { host: "app1", dataset: "system.auth" },
];
const match = {
  "event.dataset": "apache.access",
  "url.path": "/login",
  "http.request.method": "POST",
};
const matching = {
  bool: { filter: Object.entries(match).map(([field, value]) => ({ term: { [field]: value } })) },
};
const checkIn = {
  options: checkInOptions.parse({ weekday: "thursday", match }),
  matching: { checkIn: matching, tries: matching },
  roster: Array.from({ length: members }, (_, number) => memberName(number)),
};
const rules = ["ssh-bruteforce", "web-scan", "server-errors", "failed-logins-unusual"].map(
  (id) => ({
    id,
    title: `The rule ${id}`,
    level: "high" as const,
    hash: `${id}-0123456789abcdef`,
    coveragePercent: 100,
    failures: 0,
    promisedPerWeek: 0.25,
  }),
);
const facts = {
  rules,
  coveragePercent: 100,
  mails: { sent: 1, waiting: 0, dead: 0, retried: 0, undelivered: 0, refused: [] },
  earlier: {
    since: "2026-W46",
    hashes: Object.fromEntries(rules.map((one) => [one.id, one.hash])),
  },
};
const { earlier: _, ...withoutHistory } = facts;
/** As those of Kibana are handed in. */
const links = {
  dashboard: (board: string, { filters = {} }: { filters?: object }) =>
    `https://kibana.example.org/app/dashboards#/view/${board}?_a=${encodeURIComponent(JSON.stringify(filters))}`,
  alert: ({ first_seen }: { first_seen: string }) =>
    `https://kibana.example.org/app/discover#/?from=${first_seen}`,
};
const week47 = {
  week: parseWeek("2026-W47", timezone),
  now: new Date("2026-11-23T08:00:00Z"),
  expected,
  checkIn,
  facts,
};
const none = { events: [], alerts: [], deadLetters: [] };

/** The six weeks that the report must stand: nothing at all, the first, an ordinary, the worst, odd names, a long one. */
export function reportCases(): ReportCase[] {
  return [empty(), firstWeek(), ordinaryWeek(), worstWeek(), longNames(), clockChange()];
}

function empty(): ReportCase {
  return { name: "empty", ...none, request: { ...week47, facts: {} } };
}

/** Set up on the Wednesday; the week is still running. */
function firstWeek(): ReportCase {
  const to = "2026-11-21T15:12";
  return {
    name: "first-week",
    ...none,
    events: ordinaryWorld({ seed: 2, timezone, from: "2026-11-18T10:00", to }),
    request: { ...week47, now: new Date(`${to}:00Z`), facts: withoutHistory },
  };
}

/** Ten weeks of history, one alert that was dealt with. */
export function ordinaryWeek(): ReportCase {
  const opened = "2026-11-18T10:02:00Z";
  const by = (at: string, note?: string) => ({ at, by: "ops", ...(note && { note }) });
  return {
    name: "ordinary",
    ...none,
    events: ordinaryWorld({ seed: 3, timezone, from: "2026-09-07", to: "2026-11-23" }),
    alerts: [
      madeAlert("a1", "medium", opened, {
        rule: "web-scan",
        title: "Web scan from 198.51.100.23",
        workflow: "closed",
        acknowledged: by("2026-11-18T10:20:00.000Z"),
        closed: by("2026-11-18T12:02:00.000Z", "a search engine"),
      }),
      madeAlert("a0", "low", "2026-11-04T09:00:00Z", {
        workflow: "closed",
        closed: by("2026-11-04T10:00:00.000Z"),
      }),
    ],
    request: week47,
  };
}

/** Attacks, a scan, a crash, a gap, a silent source, and nobody who takes anything up. */
function worstWeek(): ReportCase {
  const gap = { from: "2026-11-21T01:00:00Z", to: "2026-11-21T10:00:00Z" };
  const history = ordinaryWorld({ seed: 4, timezone, from: "2026-09-07", to: "2026-11-23", gap });
  const scan = (n: number) => `/wp-admin/${n}.php`;
  const levels = ["critical", "high", "high", "medium", "low"] as const;
  const alerts = Array.from({ length: 27 }, (_, n) =>
    madeAlert(
      `w${String(n).padStart(2, "0")}`,
      levels[n % levels.length] ?? "low",
      new Date(Date.UTC(2026, 10, 16 + (n % 7), 3 + (n % 12), n)).toISOString(),
      { state: n % 3 === 0 ? "active" : "recovered", late: n === 4 },
    ),
  );
  const carried = Array.from({ length: 12 }, (_, n) =>
    madeAlert(`o${n}`, "medium", new Date(Date.UTC(2026, 10, 1 + n, 7)).toISOString()),
  );
  return {
    name: "worst",
    events: [
      ...history,
      ...bruteForce("2026-11-17T02:00:00Z", "203.0.113.5", 2400),
      ...bruteForce("2026-11-19T18:00:00Z", "203.0.113.77", 900),
      ...bruteForce("2026-11-20T23:10:00Z", "2001:db8::5", 40),
      ...webBurst("2026-11-18T04:00:00Z", "198.51.100.23", 404, 700, scan),
      ...webBurst("2026-11-20T09:00:00Z", "192.0.2.9", 503, 350, () => "/members"),
      ...Array.from({ length: 60 }, (_, n) =>
        unparsed(new Date(Date.UTC(2026, 10, 19, 5, n)).toISOString(), "app1", `odd line ${n}`),
      ),
    ],
    alerts: [...alerts, ...carried],
    deadLetters: [unparsed("2026-11-19T05:00:00Z", "app1", "refused")],
    request: {
      ...week47,
      links,
      expected: [...expected, { host: "dc1", dataset: "windows.security" }],
      facts: {
        ...facts,
        coveragePercent: 93.4,
        mails: {
          ...{ sent: 21, waiting: 2, dead: 3, retried: 7, undelivered: 3 },
          refused: [
            {
              at: "2026-11-18T04:10:00.000Z",
              address: "gone@example.org",
              answer: "550 5.1.1 no such user here",
              rule: "web-scan",
            },
          ],
        },
        rules: rules.map((rule) => ({
          ...rule,
          failures: rule.id === "web-scan" ? 41 : 0,
          exceptions: [
            {
              why: "external monitor",
              owner: "ops",
              until: rule.id === "web-scan" ? "2026-12-01T00:00:00Z" : "2027-06-30T23:00:00Z",
            },
          ],
        })),
        earlier: { since: "2026-W46", hashes: { "ssh-bruteforce": "other", gone: "x" } },
        mutes: [
          { of: "web-scan", why: "penetration test", owner: "ops", until: "2026-11-27T00:00:00Z" },
        ],
      },
    },
  };
}

/** Names of 300 characters, right to left, without a glyph, and hostile. */
function longNames(): ReportCase {
  const at = (minute: number) => new Date(Date.UTC(2026, 10, 18, 12, minute)).toISOString();
  const names = [
    "a".repeat(300),
    "very-long-".repeat(30),
    "محمد بن علي",
    "שלום-עולם",
    "王小明".repeat(100),
    "한국어",
    "Ünïcödé Ωμέγα Привет",
    "<script>alert(1)</script>",
    "rtl\u202eevil\u0007\u001b[31m",
    "emoji 😀 name",
  ];
  const paths = ["/" + "x/".repeat(150), "/%E4%B8%AD", "/مرحبا", "/a b  c "];
  return {
    name: "long-names",
    ...none,
    events: [
      ...ordinaryWorld({ seed: 5, timezone, from: "2026-11-09", to: "2026-11-23" }),
      ...names.flatMap((name, n) =>
        Array.from({ length: 20 - n }, (_, k) => oddLogin(at(n * 2), name, `203.0.113.${k}`)),
      ),
      ...paths.flatMap((path, n) => webBurst(at(30), "198.51.100.9", 404, 40 - n, () => path)),
    ],
    alerts: names.slice(0, 6).map((name, n) =>
      madeAlert(`n${n}`, "high", at(n * 2), {
        title: `Odd user ${name} on a host with a long name`,
        group: { "user.name": name },
        evidence: {
          top: { "user.name": [{ value: name, count: 20 }] },
          lines: [
            {
              id: "1",
              index: "x",
              timestamp: at(n),
              host: "app1",
              original: `user ${name} failed`,
            },
          ],
        },
      }),
    ),
    request: { ...week47, links, checkIn: { ...checkIn, roster: [...names, ...checkIn.roster] } },
  };
}

/** The week in which summer time ends: 169 hours. */
function clockChange(): ReportCase {
  return {
    name: "clock-change",
    ...none,
    events: ordinaryWorld({ seed: 6, timezone, from: "2026-09-21", to: "2026-10-26" }),
    request: {
      ...week47,
      week: parseWeek("2026-W43", timezone),
      now: new Date("2026-10-26T08:00:00Z"),
      facts: { ...facts, earlier: { since: "2026-W42", hashes: {} } },
      audience: { language: "de-DE" },
    },
  };
}
