import type { ApacheLog, Request } from "./apache-log.ts";
import { noDatabase, site } from "./apache-log.ts";
import { browsers, publicVisitor, stranger, type Member } from "./people.ts";
import type { Random } from "./random.ts";

/** A local calendar day. */
export interface Day {
  /** Its midnight, epoch milliseconds. */
  start: number;
  /** 1 = Monday … 7 = Sunday. */
  weekday: number;
  dayOfMonth: number;
  /** 1 = January. */
  month: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const thursday = 4;

/** One ordinary day of web1. Per address it stays far below what the rules take for an attack. */
export function webDay(day: Day, members: readonly Member[], web: ApacheLog, random: Random): void {
  const load = day.weekday > 5 ? 0.5 : 1;
  for (const member of members) {
    const visits =
      day.weekday === thursday ? random.chance(member.reliability) : random.chance(0.05 * load);
    if (visits) memberVisit(day, member, web, random);
  }
  for (let i = random.int(28, 44) * load; i > 0; i--) visitor(day, web, random);
  for (const crawler of crawlers) crawl(day, crawler, web, random);
  for (let i = random.int(3, 8); i > 0; i--) probe(day, web, random);
  for (let time = day.start; time < day.start + 24 * hourMs; time += 20 * minuteMs) {
    const check = { address: "192.0.2.10", agent: "UptimeCheck/2.1", url: "/health" };
    web.request({ ...check, time: time + random.int(0, 900), status: 200, bytes: 2 });
  }
  if (random.chance(0.4)) breakdown(day, web, random);
  nightlyReload(day, web, random);
}

/** Thursday's check-in, and any other visit of a member: login, status page, an update, goodbye. */
function memberVisit(day: Day, member: Member, web: ApacheLog, random: Random): void {
  const { address, agent, name } = member;
  const visit = { address, agent, user: name, referrer: `${site}/status` };
  const start = day.start + memberHour(random) * hourMs;
  page(start, "/", { address, agent, user: undefined }, web, random);
  const failures = random.chance(member.clumsiness) ? random.int(1, 3) : 0;
  let time = web.login(member, start + random.int(3_000, 12_000), failures) + 400;
  web.request({ ...visit, time, url: "/status", status: 200, bytes: random.int(5_200, 6_100) });
  time += random.int(20_000, 120_000);
  web.request({ ...visit, time, method: "POST", url: "/status", status: 302, bytes: 0 });
  time += 350;
  const saved = "/status?saved=1";
  web.request({ ...visit, time, url: saved, status: 200, bytes: random.int(5_300, 6_200) });
  time += random.int(5_000, 60_000);
  if (random.chance(0.6)) web.request({ ...visit, time, url: "/logout", status: 302, bytes: 0 });
}

/** Before work, at lunch, and most of all after supper. */
function memberHour(random: Random): number {
  const part = random.next();
  const [mean, spread] = part < 0.28 ? [8.2, 0.7] : part < 0.48 ? [12.6, 0.6] : [19.1, 1.3];
  return Math.min(23.7, Math.max(5.5, random.normal(mean, spread)));
}

const publicPages = [
  "/",
  "/news",
  "/news/winter-opening",
  "/courses",
  "/jobs",
  "/jobs?page=2",
].concat(["/contact", "/about", "/courses/cv-clinic", "/courses/first-aid", "/news?tag=benefits"]);

function visitor(day: Day, web: ApacheLog, random: Random): void {
  const who = { address: publicVisitor(random), agent: random.pick(browsers) };
  const hour = (random.normal(14.5, 4.5) + 48) % 24;
  let time = day.start + hour * hourMs;
  for (let i = random.int(1, 4); i > 0; i--) {
    page(time, publicPages[random.int(0, publicPages.length - 1)] ?? "/", who, web, random);
    time += random.int(8_000, 90_000);
  }
  // An old bookmark.
  if (random.chance(0.03))
    web.request({ ...who, time, url: "/index.php", status: 404, bytes: 1245 });
}

/** A page with its style sheet and logo, which a browser mostly has already. */
function page(
  time: number,
  url: string,
  who: Pick<Request, "address" | "agent" | "user">,
  web: ApacheLog,
  random: Random,
): void {
  const cached = random.chance(0.6);
  const status = cached ? 304 : 200;
  const referrer = `${site}${url}`;
  web.request({ ...who, time, url, status: 200, bytes: random.int(4_000, 22_000) });
  for (const [asset, bytes] of [
    ["/assets/site.css?v=31", 18_422],
    ["/assets/logo.svg", 4_310],
  ] as const) {
    const served = { url: asset, status, bytes: cached ? 0 : bytes };
    web.request({ ...who, ...served, time: time + random.int(60, 400), referrer });
  }
}

const crawlers = [
  {
    address: "192.0.2.66",
    agent: "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
  },
  {
    address: "192.0.2.67",
    agent: "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
  },
] as const;
const forgotten = [
  "/news/2019/agm",
  "/old/timetable.pdf",
  "/courses/excel-2010",
  "/sitemap.xml.gz",
].concat(["/jobs/1182", "/jobs/1207", "/jobs/1254", "/apple-touch-icon-precomposed.png"]);

/** A crawler comes by twice an hour; some of what it remembers is gone. */
function crawl(
  day: Day,
  crawler: { address: string; agent: string },
  web: ApacheLog,
  random: Random,
): void {
  let time = day.start + random.int(0, 15) * minuteMs;
  while (time < day.start + 24 * hourMs) {
    const gone = random.chance(0.18);
    const pages = gone ? forgotten : publicPages;
    const url = random.chance(0.08)
      ? "/robots.txt"
      : (pages[random.int(0, pages.length - 1)] ?? "/");
    const found = url === "/robots.txt" || !gone;
    const bytes = found ? random.int(300, 18_000) : 1245;
    web.request({ ...crawler, time, url, status: found ? 200 : 404, bytes });
    time += random.int(15 * minuteMs, 50 * minuteMs);
  }
}

/** A stranger tries two or three well-known doors and leaves. */
function probe(day: Day, web: ApacheLog, random: Random): void {
  const address = stranger(random);
  let time = day.start + random.int(0, 24 * 60 - 1) * minuteMs;
  if (random.chance(0.15)) {
    const hello = String.raw`\x16\x03\x01\x01\x17\x01`;
    web.garbage(time, address, hello);
    const message = `AH00566: request failed: malformed request line`;
    web.complaint({ time, from: "core:error", client: address, message });
    return;
  }
  for (let i = random.int(1, 3); i > 0; i--) {
    const url = random.pick([
      "/wp-login.php",
      "/.env",
      "/xmlrpc.php",
      "/phpmyadmin/",
      "/.git/config",
    ]);
    const who = { address, agent: random.chance(0.5) ? "-" : "curl/7.88.1" };
    web.request({ ...who, time, url, status: 404, bytes: 1245 });
    time += random.int(500, 4_000);
  }
  if (random.chance(0.2)) {
    web.request({ time, address, agent: "-", url: "/server-status", status: 403, bytes: 1187 });
    const message = "AH01630: client denied by server configuration: /var/www/html/server-status";
    web.complaint({ time, from: "authz_core:error", client: address, message });
  }
}

/** The application fails once; someone sees it. At most once a day, in the daytime. */
function breakdown(day: Day, web: ApacheLog, random: Random): void {
  const time = day.start + random.int(8 * 60, 20 * 60) * minuteMs;
  const who = { address: stranger(random), agent: random.pick(browsers) };
  web.request({ ...who, time, url: "/jobs?page=2", status: 500, bytes: 1310 });
  web.complaint({ time, from: "proxy_fcgi:error", client: who.address, message: noDatabase });
}

/** Every night logrotate asks Apache to open its files anew. */
function nightlyReload(day: Day, web: ApacheLog, random: Random): void {
  const time = day.start + random.int(3, 20) * 1000;
  const from = "mpm_event:notice";
  const message = "AH00493: SIGUSR1 received.  Doing graceful restart";
  web.complaint({ time, from, message });
  const resumed = "AH00489: Apache/2.4.65 (Debian) configured -- resuming normal operations";
  web.complaint({ time: time + 180, from, message: resumed });
  const command = "AH00094: Command line: '/usr/sbin/apache2'";
  web.complaint({ time: time + 181, from: "core:notice", message: command });
}
