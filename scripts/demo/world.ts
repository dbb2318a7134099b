import { DateTime } from "luxon";
import { createApacheLog, type ApacheLog } from "./world/apache-log.ts";
import { attack, expectedAlerts, type ExpectedAlert } from "./world/attack.ts";
import { createAuthLog, type AuthLog, type SyslogStamp } from "./world/auth-log.ts";
import { authDay } from "./world/auth-traffic.ts";
import type { LogLine } from "./world/log-line.ts";
import { createMembers, type Member } from "./world/people.ts";
import { createRandom, type Random } from "./world/random.ts";
import { createStamps } from "./world/stamps.ts";
import { webDay } from "./world/web-traffic.ts";

export interface WorldOptions {
  /** Where the history ends, epoch milliseconds. */
  now: number;
  /** Any text; the same text gives the same world. Default `leafwatch`. */
  seed?: string;
  /** Length of the history. Default 2. */
  weeks?: number;
  /** IANA name; the zone of both hosts and of the people's habits. Default `Europe/London`. */
  timezone?: string;
  /** How app1's syslog daemon writes the time. Default `iso`. */
  syslog?: SyslogStamp;
  /** How many people check in on Thursdays. Default 240. */
  members?: number;
}

/** A small organisation's two hosts: what they log, and what must be found in it. Pure: writes no file. */
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

/** The world of a seed. Its days are the same whatever `now` and `weeks` are. */
export function createWorld(options: WorldOptions): World {
  const {
    now,
    seed = "leafwatch",
    weeks = 2,
    timezone = "Europe/London",
    syslog = "iso",
  } = options;
  const stamps = createStamps(timezone);
  const members = createMembers(seed, options.members ?? 240);
  const first = DateTime.fromMillis(now, { zone: timezone }).minus({ weeks });
  /** What `write` logs, in the order of the calls. */
  const collect = (
    name: string,
    write: (web: ApacheLog, auth: AuthLog, random: Random) => void,
  ): LogLine[] => {
    const random = createRandom(`${seed} ${name}`);
    const lines: LogLine[] = [];
    const emit = (line: LogLine) => lines.push(line);
    write(
      createApacheLog(stamps, random, emit),
      createAuthLog(stamps, syslog, random, emit),
      random,
    );
    return lines;
  };
  const from = first.toMillis();

  function* history(): Generator<LogLine> {
    // A visit may end after midnight: what belongs to a later day waits for it.
    let open: LogLine[] = [];
    // One day earlier, for what reaches into the first.
    for (let day = first.startOf("day").minus({ days: 1 }); ; day = day.plus({ days: 1 })) {
      const at = { start: day.toMillis(), weekday: day.weekday };
      open.push(
        ...collect(day.toISODate() ?? "", (web, auth, random) => {
          webDay(at, members, web, random);
          authDay(at, auth, random);
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
      collect("attack", (web, auth, random) => {
        attack(start, members, web, auth, random);
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
