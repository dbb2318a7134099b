import type { IisLog } from "./iis-log.ts";
import { browsers } from "./people.ts";
import type { Random } from "./random.ts";
import type { Day } from "./web-traffic.ts";
import type { DomainUser, WindowsLog } from "./windows-log.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Who works in the office; the first two administer the domain. */
const office = "s.clarke j.patel m.evans l.quinn r.hussain e.wood k.morgan"
  .split(" ")
  .map((name, i) => ({
    name,
    rid: 1104 + i,
    address: `192.0.2.${50 + i}`,
    workstation: `WS${String(i + 1).padStart(2, "0")}`,
    agent: browsers[i % 2] ?? browsers[0],
  }));
const [admin, second] = [
  { name: "s.clarke", rid: 1104 },
  { name: "j.patel", rid: 1105 },
] as const satisfies readonly DomainUser[];

/** One ordinary day of dc1: logons, the intranet, and on some days what administrators do. */
export function officeDay(day: Day, windows: WindowsLog, iis: IisLog, random: Random): void {
  for (const person of office) {
    if (random.chance(day.weekday > 5 ? 0.94 : 0.08)) continue;
    const begin = day.start + random.normal(8.8, 0.4) * hourMs;
    const forMs = random.normal(8, 0.7) * hourMs;
    let time = begin;
    for (let i = random.chance(0.07) ? random.int(1, 2) : 0; i > 0; i--) {
      windows.failure(person.name, person, time);
      time += random.int(4_000, 15_000);
    }
    windows.session(person, person, 2, time, forMs);
    if (person.rid <= second.rid) windows.privileges(person, time + 20);
    for (let i = random.int(1, 3); i > 0; i--) {
      windows.session(person, person, 3, time + random.next() * forMs, random.int(200, 90_000));
    }
    browse(person, time, forMs, iis, random);
  }
  const noon = day.start + 12 * hourMs + random.int(0, 90) * minuteMs;
  if (day.weekday === 1) {
    const name = `${random.pick(["volunteer", "trainee", "guest"])}${day.dayOfMonth}${day.month}`;
    const user = { name, rid: 2_000 + day.month * 31 + day.dayOfMonth };
    windows.newcomer(user, "Remote Desktop Users", admin, noon);
  }
  if (day.weekday === 2 && day.dayOfMonth <= 7) windows.cleared(second, noon);
  if (day.weekday === 4) holiday(windows, random, noon);
  if (day.weekday === 5) {
    windows.session(
      admin,
      { address: "192.0.2.31", workstation: "ADMIN" },
      10,
      noon,
      40 * minuteMs,
    );
  }
}

/** Back from a holiday, somebody has forgotten the password. */
function holiday(windows: WindowsLog, random: Random, from: number): void {
  const person = office[random.int(2, office.length - 1)];
  if (!person) return;
  let time = from;
  for (let i = 0; i < 4; i++) {
    windows.failure(person.name, person, time);
    time += random.int(7_000, 20_000);
  }
  windows.lockout(person, person.workstation, time);
}

const pages = ["/", "/rota", "/forms/expenses", "/forms/leave", "/phonebook"] as const;

function browse(
  { name, address, agent }: (typeof office)[number],
  start: number,
  forMs: number,
  iis: IisLog,
  random: Random,
): void {
  const user = `EXAMPLE\\${name}`;
  for (let i = random.int(1, 2); i > 0; i--) {
    const time = start + random.next() * forMs;
    // Windows authentication: the first request of a connection is always refused.
    iis.request({ time, address, agent, stem: "/", status: 401 });
    iis.request({ time: time + 40, address, agent, user, stem: "/", status: 200 });
    const stem = random.pick(pages);
    const after = time + random.int(3_000, 60_000);
    iis.request({
      time: after,
      address,
      agent,
      user,
      stem,
      status: random.chance(0.97) ? 200 : 404,
    });
  }
}
