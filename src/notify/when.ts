import { DateTime } from "luxon";

/** `Thu 19 Nov 2026, 14:02:11 GMT (14:02:11 UTC)`: the reader's clock first, then the one that logs agree on. */
export function when(iso: string, timezone: string): string {
  const local = DateTime.fromISO(iso, { zone: timezone });
  const utc = local.toUTC();
  const named = local.setLocale("en-GB").toFormat("ccc d LLL yyyy, HH:mm:ss ZZZZ");
  if (local.offset === 0 && local.offsetNameShort === "UTC") return named;
  const day = local.hasSame(utc, "day") && local.day === utc.day ? "" : utc.toFormat("d LLL ");
  return `${named} (${day}${utc.toFormat("HH:mm:ss")} UTC)`;
}

/** `19 Nov 14:02:11`, in the reader's zone: for lists in which the zone is said once. */
export function shortWhen(iso: string, timezone: string): string {
  return DateTime.fromISO(iso, { zone: timezone }).setLocale("en-GB").toFormat("d LLL HH:mm:ss");
}

/** `14:00`, in the reader's zone. */
export function hourOf(iso: string, timezone: string): string {
  return DateTime.fromISO(iso, { zone: timezone }).toFormat("HH:mm");
}

/** `5 minutes`, `1 hour 30 minutes`, `45 seconds`: for people; config and logs have lib/duration.ts. */
export function spell(ms: number): string {
  const units = [
    ["day", 86_400_000],
    ["hour", 3_600_000],
    ["minute", 60_000],
    ["second", 1000],
  ] as const;
  const parts: string[] = [];
  let rest = Math.max(0, Math.round(ms / 1000) * 1000);
  for (const [unit, size] of units) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0) parts.push(`${amount} ${unit}${amount === 1 ? "" : "s"}`);
  }
  return parts.slice(0, 2).join(" ") || "0 seconds";
}

/** `1 failure`, `12 failures`, with thousands apart. */
export function amount(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** `12,345`; at most two decimals. */
export function count(n: number): string {
  return n.toLocaleString("en-GB", { maximumFractionDigits: 2 });
}

/** A share between 0 and 1 as `5.2 %`. */
export function percent(share: number): string {
  return `${count(Math.round(share * 1000) / 10)} %`;
}
