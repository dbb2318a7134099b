import { DateTime } from "luxon";
import { createApacheLog, type ApacheLog } from "./world/apache-log.ts";
import { attack, expectedAlerts, type ExpectedAlert } from "./world/attack.ts";
import { createAuthLog, type AuthLog, type SyslogStamp } from "./world/auth-log.ts";
import { authDay } from "./world/auth-traffic.ts";
import { appDay } from "./world/app-log.ts";
import { coursesDay } from "./world/courses-traffic.ts";
import { createIisLog, type IisLog } from "./world/iis-log.ts";
import type { Emit, LogLine } from "./world/log-line.ts";
import { createNginxLog, type NginxLog } from "./world/nginx-log.ts";
import { officeDay } from "./world/office-traffic.ts";
import { createMembers, type Member } from "./world/people.ts";
import { createRandom, type Random } from "./world/random.ts";
import { createStamps } from "./world/stamps.ts";
import { webDay } from "./world/web-traffic.ts";
import { createWindowsLog, type WindowsLog } from "./world/windows-log.ts";

export interface WorldOptions {
  /** Where the history ends, epoch milliseconds. */
  now: number;
  /** Any text; the same text gives the same world. Default `leafwatch`. */
  seed?: string;
  /** Length of the history. Default 8. */
  weeks?: number;
  /** IANA name; the zone of the hosts and of the people's habits. Default `Europe/London`. */
  timezone?: string;
  /** How app1's syslog daemon writes the time. Default `iso`. */
  syslog?: SyslogStamp;
  /** How many people check in on Thursdays. Default 120. */
  members?: number;
}

/** A small organisation's four hosts: what they log, and what must be found in it. Pure: writes no file. */
export interface World {
  readonly timezone: string;
  /** Where the history begins, epoch milliseconds. */
  readonly from: number;
  readonly members: readonly Member[];
  /** Lines with `from <= time < now`, in order of time. Quiet: no rule of the demo fires on them. */
  history(): Generator<LogLine>;
  /** Half a minute under attack, in order of time; the first lines at `start`. */
  attack(start: number): LogLine[];
  /** What the attack must raise: these alerts, each once, and no others. */
  readonly expected: readonly ExpectedAlert[];
}

/** The logs of the hosts, each written in its own way. */
interface Logs {
  web: ApacheLog;
  courses: NginxLog;
  auth: AuthLog;
  windows: WindowsLog;
  iis: IisLog;
  emit: Emit;
}

/** The world of a seed. Its days are the same whatever `now` and `weeks` are. */
export function createWorld(options: WorldOptions): World {
  const {
    now,
    seed = "leafwatch",
    weeks = 8,
    timezone = "Europe/London",
    syslog = "iso",
  } = options;
  const stamps = createStamps(timezone);
  const members = createMembers(seed, options.members ?? 120);
  const first = DateTime.fromMillis(now, { zone: timezone }).minus({ weeks });
  /** What `write` logs, in the order of the calls. */
  const collect = (name: string, write: (to: Logs, random: Random) => void): LogLine[] => {
    const random = createRandom(`${seed} ${name}`);
    const lines: LogLine[] = [];
    const emit = (line: LogLine) => lines.push(line);
    const to = {
      web: createApacheLog(stamps, random, emit),
      courses: createNginxLog(stamps, random, emit),
      auth: createAuthLog(stamps, syslog, random, emit),
      windows: createWindowsLog(random, emit),
      iis: createIisLog(random, emit),
      emit,
    };
    write(to, random);
    return lines;
  };
  const from = first.toMillis();

  function* history(): Generator<LogLine> {
    // A visit may end after midnight: what belongs to a later day waits for it.
    let open: LogLine[] = [];
    // One day earlier, for what reaches into the first.
    for (let day = first.startOf("day").minus({ days: 1 }); ; day = day.plus({ days: 1 })) {
      const { weekday, day: dayOfMonth, month } = day;
      const at = { start: day.toMillis(), weekday, dayOfMonth, month };
      open.push(
        ...collect(day.toISODate() ?? "", (to, random) => {
          webDay(at, members, to.web, random);
          coursesDay(at, to.courses, random);
          authDay(at, to.auth, random);
          appDay(at, members, random, to.emit);
          officeDay(at, to.windows, to.iis, random);
        }),
      );
      const end = Math.min(now, day.plus({ days: 1 }).toMillis());
      // Sorting is stable: lines of one instant stay in the order in which they were written.
      const due = open.filter(({ time }) => time < end).sort(byTime);
      for (const line of due) if (line.time >= from) yield line;
      if (end === now) return;
      open = open.filter(({ time }) => time >= end);
    }
  }

  return {
    timezone,
    from,
    members,
    history,
    attack: (start) =>
      collect("attack", ({ web, auth, windows }, random) => {
        attack(start, members, web, auth, windows, random);
      }).sort(byTime),
    expected: expectedAlerts,
  };
}

/** How many documents of each dataset the lines must become. */
export function countByDataset(lines: Iterable<LogLine>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { dataset } of lines) counts[dataset] = (counts[dataset] ?? 0) + 1;
  return counts;
}

const byTime = (a: LogLine, b: LogLine) => a.time - b.time;
