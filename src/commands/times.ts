import { parseDuration } from "../lib/duration.ts";
import { AppError } from "../lib/errors.ts";

/** A point of time that a flag names. @throws USAGE_TIME. */
export function timeOf(flag: string, text: string): Date {
  const time = new Date(text);
  if (!Number.isNaN(time.getTime())) return time;
  throw new AppError("USAGE_TIME", `${flag} ${text} is no time`, {
    hint: "write for example 2026-11-19T18:00:00Z",
  });
}

/** What `--weeks`, `--from` and `--to` come down to. @throws USAGE_TIME, USAGE_WEEKS. */
export function rangeOf(
  { weeks, from, to }: { weeks?: string; from?: string; to?: string },
  now: Date,
): { from: Date; to: Date } {
  const end = to === undefined ? now : timeOf("--to", to);
  if (from !== undefined) {
    const begin = timeOf("--from", from);
    if (begin < end) return { from: begin, to: end };
    const until = to === undefined ? "now" : `--to ${to}`;
    throw new AppError("USAGE_TIME", `--from ${from} is not before ${until}`, {
      hint: "give --from the earlier time, --to the later",
    });
  }
  const count = Number(weeks ?? 4);
  if (!(count > 0)) {
    throw new AppError("USAGE_WEEKS", `--weeks ${weeks ?? ""} is no number of weeks`, {
      hint: "write for example --weeks 8, or --from and --to",
    });
  }
  return { from: new Date(end.getTime() - count * (parseDuration("1w") ?? 0)), to: end };
}
