import { DateTime } from "luxon";
import { AppError } from "../lib/errors.ts";

/** A stretch of time, `from <= t < to`. */
export interface Interval {
  readonly from: Date;
  readonly to: Date;
}

/** An ISO 8601 week (Monday to Sunday) in a zone: 168 hours, 167 or 169 where the clock changes. */
export interface Week extends Interval {
  /** `2026-W47` */
  readonly id: string;
  readonly timezone: string;
}

/** The week in which `at` lies. */
export function weekOf(at: Date, timezone: string): Week {
  return weekFrom(DateTime.fromJSDate(at, { zone: timezone }));
}

/**
 * The week that `id` names: `2026-W47`.
 *
 * @throws REPORT_WEEK_INVALID
 */
export function parseWeek(id: string, timezone: string): Week {
  const match = /^(\d{4})-?W(\d{2})$/.exec(id);
  const start = match && startOf(Number(match[1]), Number(match[2]), timezone);
  if (!start?.isValid) {
    throw new AppError("REPORT_WEEK_INVALID", `"${id}" is no week`, {
      hint: "name an ISO week, for example 2026-W47",
    });
  }
  return weekFrom(start);
}

/** The week `count` weeks before `week`. */
export function weekBefore(week: Week, count: number): Week {
  return weekFrom(local(week.from, week).minus({ weeks: count }));
}

/**
 * The part of the week `count` weeks before that ends at the same time of the same weekday as `until`: so that half
 * a week is never held against a whole one.
 */
export function samePart(week: Week, until: Date, count: number): Interval {
  const before = weekBefore(week, count);
  const to = local(until, week).minus({ weeks: count }).toJSDate();
  return { from: before.from, to: to < before.to ? to : before.to };
}

/** The local days of an interval, whole but for the last where the interval ends early. */
export function daysOf(interval: Interval, timezone: string): Interval[] {
  const days: Interval[] = [];
  let start = DateTime.fromJSDate(interval.from, { zone: timezone });
  while (start.toJSDate() < interval.to) {
    const next = start.plus({ days: 1 }).startOf("day");
    const to = next.toJSDate() < interval.to ? next.toJSDate() : interval.to;
    days.push({ from: start.toJSDate(), to });
    start = next;
  }
  return days;
}

/** Length in hours. */
export function hoursOf({ from, to }: Interval): number {
  return (to.getTime() - from.getTime()) / 3_600_000;
}

/** Invalid where the year has no such week. */
function startOf(weekYear: number, weekNumber: number, zone: string): DateTime {
  return DateTime.fromObject({ weekYear, weekNumber, weekday: 1 }, { zone });
}

function weekFrom(at: DateTime): Week {
  const start = at.startOf("week");
  return {
    id: `${start.weekYear}-W${String(start.weekNumber).padStart(2, "0")}`,
    from: start.toJSDate(),
    to: start.plus({ weeks: 1 }).toJSDate(),
    timezone: at.zoneName ?? "UTC",
  };
}

function local(at: Date, { timezone }: Week): DateTime {
  return DateTime.fromJSDate(at, { zone: timezone });
}
