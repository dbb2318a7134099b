/** syslog.h: names by their numbers. 12 to 15 have none that BusyBox would write. */
const facilities = (
  "kern user mail daemon auth syslog lpr news uucp cron authpriv ftp - - - - " +
  "local0 local1 local2 local3 local4 local5 local6 local7"
).split(" ");
const levels = "emerg alert crit err warning notice info debug".split(" ");

/** `auth.info` -> its number in `<PRI>`. */
const priorities: ReadonlyMap<string, number> = new Map(
  facilities.flatMap((facility, code) => {
    if (facility === "-") return [];
    const numbers = [...levels.entries(), [4, "warn"] as const];
    return numbers.map(([severity, level]) => [`${facility}.${level}`, code * 8 + severity]);
  }),
);

const longest = Math.max(...[...priorities.keys()].map((word) => word.length));

/**
 * The `facility.level` at `from`, as BusyBox's syslogd (Alpine) writes it between host and tag. Only words that syslog.h
 * has count: a program may be called `a.b`.
 */
export function priorityWord(
  text: string,
  from: number,
): { priority: number; end: number } | undefined {
  const near = text.slice(from, from + longest + 1);
  const blank = near.indexOf(" ");
  const word = blank < 0 ? near : near.slice(0, blank);
  const priority = priorities.get(word);
  return priority === undefined ? undefined : { priority, end: from + word.length };
}
