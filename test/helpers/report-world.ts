import { DateTime } from "luxon";
import type { EcsEvent } from "../../src/model/ecs.ts";

/** What a made-up world holds; every number of it follows from the seed. */
export interface WorldOptions {
  readonly seed: number;
  readonly timezone: string;
  /** First and last moment with events. */
  readonly from: string;
  readonly to: string;
  readonly members?: number;
  /** Scales the number of requests. */
  readonly busy?: number;
  /** No event at all lies in here. */
  readonly gap?: { readonly from: string; readonly to: string };
}

/** Numbers from 0 to 1 that look random and are always the same (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * An association's ordinary weeks: its web site (web1), its Linux host (app1), and every Thursday the members who log
 * in to say that they are still there. Some of them mistype.
 */
export function ordinaryWorld(options: WorldOptions): EcsEvent[] {
  const { timezone, members = 40, busy = 1, gap } = options;
  const random = randomFrom(options.seed);
  const events: EcsEvent[] = [];
  const end = DateTime.fromISO(options.to, { zone: timezone });
  for (
    let hour = DateTime.fromISO(options.from, { zone: timezone });
    hour < end;
    hour = hour.plus({ hours: 1 })
  ) {
    const day = hour.hour >= 8 && hour.hour < 22 ? 1 : 0.3;
    const at = () => hour.plus({ seconds: Math.floor(random() * 3600) });
    const requests = Math.round(busy * day * (4 + 4 * random()));
    for (let n = 0; n < requests; n++) events.push(request(at(), random));
    if (random() < 0.3 * day) {
      const user = `admin${1 + Math.floor(random() * 3)}`;
      if (random() < 0.2) events.push(login(at(), "app1", user, "198.51.100.7", "failure"));
      events.push(login(at(), "app1", user, "198.51.100.7", "success"));
    }
    if (hour.weekday === 4 && hour.hour >= 17 && hour.hour < 21) {
      for (let member = 0; member < members; member++) {
        if (member % 4 !== hour.hour - 17 || random() < 0.08) continue;
        const name = memberName(member);
        const start = at();
        const failures = random() < 0.15 ? 1 + Math.floor(random() * 4) : 0;
        for (let n = 0; n < failures; n++) {
          events.push(checkIn(start.plus({ seconds: 20 * n }), name, member, 401));
        }
        events.push(checkIn(start.plus({ seconds: 20 * failures }), name, member, 303));
      }
    }
  }
  return events
    .filter(({ "@timestamp": at }) => at < end.toJSDate().toISOString())
    .filter(({ "@timestamp": at }) => !gap || at < iso(gap.from) || at >= iso(gap.to));
}

/** `member07`: the roster's names. */
export function memberName(number: number): string {
  return `member${String(number).padStart(2, "0")}`;
}

/** Many failed SSH logins from one address, none of which works. */
export function bruteForce(from: string, address: string, count: number): EcsEvent[] {
  const users = ["root", "admin", "postgres", "test", "oracle"];
  return Array.from({ length: count }, (_, n) =>
    login(
      DateTime.fromISO(from, { zone: "utc" }).plus({ seconds: n }),
      "app1",
      users[n % users.length] ?? "root",
      address,
      "failure",
      "CN",
    ),
  );
}

/** A burst of answers of one status to one address. */
export function webBurst(
  from: string,
  address: string,
  status: number,
  count: number,
  path: (n: number) => string,
): EcsEvent[] {
  return Array.from({ length: count }, (_, n) =>
    webEvent(
      DateTime.fromISO(from, { zone: "utc" }).plus({ seconds: n }),
      address,
      status,
      path(n),
      "RU",
    ),
  );
}

/** A failed login of a name that is hard to print. */
export function oddLogin(at: string, user: string, address: string): EcsEvent {
  return login(DateTime.fromISO(at, { zone: "utc" }), "app1", user, address, "failure");
}

/** A line that no parser took. */
export function unparsed(at: string, host: string, text: string): EcsEvent {
  return {
    ...base(DateTime.fromISO(at, { zone: "utc" }), host, "system.auth", 900),
    event: { kind: "pipeline_error", dataset: "system.auth", original: text },
    error: { message: "no parser took this line" },
  };
}

function request(at: DateTime, random: () => number): EcsEvent {
  const draw = random();
  const status = draw < 0.94 ? 200 : draw < 0.975 ? 404 : draw < 0.99 ? 401 : 500;
  const pages = ["/", "/news", "/events", "/members", "/contact", "/style.css", "/logo.png"];
  const missing = ["/favicon.ico", "/old/page", "/robots.txt"];
  const list = status === 404 ? missing : status === 401 ? ["/members"] : pages;
  const path = list[Math.floor(random() * list.length)] ?? "/";
  return webEvent(at, `192.0.2.${1 + Math.floor(random() * 60)}`, status, path, "GB");
}

function checkIn(at: DateTime, member: string, number: number, status: number): EcsEvent {
  const event = webEvent(at, `192.0.2.${100 + number}`, status, "/login", "GB");
  return {
    ...event,
    user: { name: member },
    http: { ...event.http, request: { method: "POST" } },
  };
}

function webEvent(
  at: DateTime,
  address: string,
  status: number,
  path: string,
  country: string,
): EcsEvent {
  const shared = base(at, "web1", "apache.access", 1200);
  return {
    ...shared,
    event: {
      ...shared.event,
      category: ["web"],
      type: ["access"],
      outcome: status < 400 ? "success" : "failure",
    },
    source: { address, ip: address, geo: { country_iso_code: country } },
    url: { original: path, path },
    http: { request: { method: "GET" }, response: { status_code: status, body: { bytes: 512 } } },
  };
}

function login(
  at: DateTime,
  host: string,
  user: string,
  address: string,
  outcome: "success" | "failure",
  country = "GB",
): EcsEvent {
  const shared = base(at, host, "system.auth", 1500);
  return {
    ...shared,
    event: {
      ...shared.event,
      category: outcome === "success" ? ["authentication", "session"] : ["authentication"],
      type: ["info"],
      action: "ssh_login",
      outcome,
    },
    source: { address, ip: address, geo: { country_iso_code: country } },
    user: { name: user },
    leafwatch: { ...shared.leafwatch, attempts: 1 },
  };
}

function base(at: DateTime, host: string, dataset: string, delayMs: number): EcsEvent {
  const ms = at.toMillis();
  // The delay differs from event to event, but not from run to run.
  const delay = delayMs + (Math.floor(ms / 1000) % 7) * 100;
  return {
    "@timestamp": new Date(ms).toISOString(),
    ecs: { version: "9.4.0" },
    host: { name: host },
    event: { kind: "event", dataset, ingested: new Date(ms + delay).toISOString() },
    leafwatch: { delay_ms: delay },
  };
}

function iso(at: string): string {
  return DateTime.fromISO(at, { zone: "utc" }).toJSDate().toISOString();
}
