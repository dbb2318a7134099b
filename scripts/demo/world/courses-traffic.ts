import { bookings, type NginxLog } from "./nginx-log.ts";
import { browsers, publicVisitor, stranger } from "./people.ts";
import type { Random } from "./random.ts";
import type { Day } from "./web-traffic.ts";

const minuteMs = 60_000;

/** One ordinary day of web2, where courses are booked. */
export function coursesDay(day: Day, web: NginxLog, random: Random): void {
  const load = day.weekday > 5 ? 0.6 : 1;
  for (let i = random.int(14, 24) * load; i > 0; i--) booking(day, web, random);
  for (let minute = 0; minute < 24 * 60; minute += 60) {
    const time = day.start + minute * minuteMs + random.int(0, 900);
    const check = { address: "192.0.2.10", agent: "UptimeCheck/2.1", url: "/health" };
    web.request({ ...check, time, status: 200, bytes: 2 });
  }
  if (random.chance(0.5)) missing(day, web, random);
  // The booking system's nightly maintenance overlaps with the uptime check now and then.
  if (random.chance(0.3)) unavailable(day, web, random);
}

function booking(day: Day, web: NginxLog, random: Random): void {
  const who = { address: publicVisitor(random), agent: random.pick(browsers) };
  let time = day.start + ((random.normal(13, 4) + 48) % 24) * 60 * minuteMs;
  const course = `/courses/${random.int(101, 124)}`;
  for (const url of ["/", course]) {
    web.request({ ...who, time, url, status: 200, bytes: random.int(3_000, 14_000) });
    time += random.int(5_000, 60_000);
  }
  if (random.chance(0.35)) {
    const referrer = `${bookings}${course}`;
    web.request({ ...who, time, method: "POST", url: "/book", status: 303, bytes: 0, referrer });
    web.request({ ...who, time: time + 300, url: "/booked", status: 200, bytes: 2_118, referrer });
  }
}

/** An old link to a brochure. */
function missing(day: Day, web: NginxLog, random: Random): void {
  const time = day.start + random.int(0, 24 * 60 - 1) * minuteMs;
  const address = stranger(random);
  const url = random.pick(["/brochure-2019.pdf", "/timetable.pdf"]);
  web.request({ address, agent: random.pick(browsers), time, url, status: 404, bytes: 153 });
  const message = `open() "/srv/courses${url}" failed (2: No such file or directory)`;
  web.complaint({ time, from: "error", client: address, message, request: `GET ${url}` });
}

function unavailable(day: Day, web: NginxLog, random: Random): void {
  const time = day.start + 3 * 60 * minuteMs + random.int(0, 20) * minuteMs;
  const address = "192.0.2.10";
  const url = "/health";
  web.request({ address, agent: "UptimeCheck/2.1", time, url, status: 502, bytes: 157 });
  const message = "connect() failed (111: Connection refused) while connecting to upstream";
  web.complaint({ time, from: "error", client: address, message, request: `GET ${url}` });
}
