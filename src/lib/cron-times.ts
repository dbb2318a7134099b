import { DateTime } from "luxon";

/** No real calendar expression is farther apart than from one 29 February to the next but one century's. */
const farthestDays = 8 * 366 + 1;

/**
 * When `expression` (five fields, or six with seconds first) last came due at or before `at`, by the wall clock of
 * `timezone`; undefined when it never does. node-cron only wakes; this says what has been missed. A time that a change
 * of the clock leaves out counts where the clock goes on; one that it repeats counts once.
 */
export function lastTick(expression: string, timezone: string, at: Date): Date | undefined {
  const fields = parse(expression);
  if (!fields) return undefined;
  let day = DateTime.fromJSDate(at, { zone: timezone }).startOf("day");
  for (let back = 0; back < farthestDays; back++) {
    if (fields.months.has(day.month) && fields.days.has(day.day) && onWeekday(fields, day)) {
      const tick = lastOn(day, fields, at);
      if (tick) return tick;
    }
    day = day.minus({ days: 1 });
  }
  return undefined;
}

interface Fields {
  readonly seconds: ReadonlySet<number>;
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** 0 and 7 are Sunday. */
  readonly weekdays: ReadonlySet<number>;
}

/** The last tick on a local day that is not after `at`. */
function lastOn(day: DateTime, { hours, minutes, seconds }: Fields, at: Date): Date | undefined {
  let last: Date | undefined;
  for (const hour of hours) {
    // The end of the hour: whole hours after `at` need not be looked into.
    if (day.set({ hour }).toJSDate() > at) continue;
    for (const minute of minutes) {
      for (const second of seconds) {
        const tick = day.set({ hour, minute, second }).toJSDate();
        if (tick <= at && (!last || tick > last)) last = tick;
      }
    }
  }
  return last;
}

function onWeekday({ weekdays }: Fields, day: DateTime): boolean {
  return weekdays.has(day.weekday) || (day.weekday === 7 && weekdays.has(0));
}

const monthNames = ["jan", "feb", "mar", "apr", "may", "jun"].concat([
  "jul",
  "aug",
  "sep",
  "oct",
  "nov",
  "dec",
]);
const weekdayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const longMonths = ["january", "february", "march", "april", "may", "june"].concat([
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
]);
const longWeekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

function parse(expression: string): Fields | undefined {
  const parts = expression.trim().toLowerCase().split(/\s+/);
  if (parts.length === 5) parts.unshift("0");
  const [s = "", m = "", h = "", d = "", month = "", weekday = ""] = parts;
  if (parts.length !== 6) return undefined;
  const seconds = values(s, 0, 59);
  const minutes = values(m, 0, 59);
  const hours = values(h, 0, 23);
  const days = values(d, 1, 31);
  const months = values(named(named(month, longMonths, 1), monthNames, 1), 1, 12);
  const weekdays = values(named(named(weekday, longWeekdays, 0), weekdayNames, 0), 0, 7);
  if (!seconds || !minutes || !hours || !days || !months || !weekdays) return undefined;
  return { seconds, minutes, hours, days, months, weekdays };
}

/** Names as their numbers, the first being `first`. */
function named(field: string, names: readonly string[], first: number): string {
  return field.replace(/[a-z]+/g, (name) => {
    const index = names.indexOf(name);
    return index < 0 ? name : String(index + first);
  });
}

/** `*`, `5`, `1-5`, any of them with `/step`, in a list. */
function values(field: string, min: number, max: number): Set<number> | undefined {
  const found = new Set<number>();
  for (const part of field.split(",")) {
    const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part);
    if (!match) return undefined;
    const [, from, to, step] = match;
    const start = from === undefined ? min : Number(from);
    const end = from === undefined ? max : to === undefined ? start : Number(to);
    if (start < min || end > max || start > end || step === "0") return undefined;
    for (let value = start; value <= end; value += Number(step ?? 1)) found.add(value);
  }
  return found;
}
