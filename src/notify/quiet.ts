import { DateTime } from "luxon";

/** Hours of the local day, `22:00` to `06:00` for example; `days` are those on which they begin, all where silent. */
export interface QuietHours {
  from: string;
  to: string;
  days?: readonly string[];
}

/** When the quiet hours that hold at `at` end, ISO 8601 UTC; undefined outside of them. */
export function quietUntil(at: string, quiet: QuietHours, timezone: string): string | undefined {
  const now = DateTime.fromISO(at, { zone: timezone });
  // Hours that began yesterday may still hold.
  for (const day of [now.minus({ days: 1 }), now]) {
    if (quiet.days && !quiet.days.includes(weekdays[day.weekday - 1] ?? "")) continue;
    const start = onClock(day, quiet.from);
    let end = onClock(day, quiet.to);
    if (end <= start) end = onClock(day.plus({ days: 1 }), quiet.to);
    if (now >= start && now < end) return end.toUTC().toISO() ?? undefined;
  }
  return undefined;
}

const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

function onClock(day: DateTime, clock: string): DateTime {
  const [hour = 0, minute = 0] = clock.split(":").map(Number);
  const midnight = day.startOf("day");
  return hour === 24 ? midnight.plus({ days: 1 }) : midnight.set({ hour, minute });
}
