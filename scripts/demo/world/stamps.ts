import { IANAZone } from "luxon";

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const weekdays = "Sun Mon Tue Wed Thu Fri Sat".split(" ");
const quarterHourMs = 900_000;

/** Writes an instant (epoch milliseconds) the way each log does, in the host's own zone. */
export interface Stamps {
  /** `22/Nov/2026:15:11:27 +0000`: Apache's `%t`. */
  access(time: number): string;
  /** `Sun Nov 22 15:11:27.123456 2026`: Apache's error log, without a zone. */
  error(time: number): string;
  /** `2026/11/22 15:11:27`: nginx's error log, without a zone. */
  nginx(time: number): string;
  /** `2026-11-22T15:11:27.123456+00:00`: rsyslog's file format, RFC 3339. */
  iso(time: number): string;
  /** `Nov 22 15:11:27`: RFC 3164, without year and zone. */
  bsd(time: number): string;
}

/** @throws RangeError when `timezone` is no IANA name. */
export function createStamps(timezone: string): Stamps {
  const zone = IANAZone.create(timezone);
  if (!zone.isValid) throw new RangeError(`${timezone} is no time zone`);
  const offsets = new Map<number, number>();
  /** Minutes east of UTC; zones change on a quarter of an hour. */
  const offset = (time: number) => {
    const bucket = Math.floor(time / quarterHourMs);
    let minutes = offsets.get(bucket);
    if (minutes === undefined) {
      minutes = zone.offset(bucket * quarterHourMs);
      offsets.set(bucket, minutes);
    }
    return minutes;
  };
  /** The local wall clock, to be read with the getUTC… functions. */
  const local = (time: number) => new Date(time + offset(time) * 60_000);
  const east = (time: number, separator: string) => {
    const minutes = offset(time);
    const size = Math.abs(minutes);
    return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}${separator}${two(size % 60)}`;
  };
  return {
    access(time) {
      const at = local(time);
      const date = `${two(at.getUTCDate())}/${month(at)}/${at.getUTCFullYear()}`;
      return `${date}:${clock(at)} ${east(time, "")}`;
    },
    error(time) {
      const at = local(time);
      const day = `${weekdays[at.getUTCDay()] ?? ""} ${month(at)} ${two(at.getUTCDate())}`;
      return `${day} ${clock(at)}.${micros(time)} ${at.getUTCFullYear()}`;
    },
    nginx: (time) => local(time).toISOString().slice(0, 19).replace("T", " ").replaceAll("-", "/"),
    iso(time) {
      const at = local(time);
      return `${at.toISOString().slice(0, 19)}.${micros(time)}${east(time, ":")}`;
    },
    bsd(time) {
      const at = local(time);
      return `${month(at)} ${String(at.getUTCDate()).padStart(2, " ")} ${clock(at)}`;
    },
  };
}

const two = (value: number) => String(value).padStart(2, "0");
const month = (at: Date) => months[at.getUTCMonth()] ?? "";
const clock = (at: Date) =>
  `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
/** Six digits: the milliseconds, and three more that follow from the time, for the look of it. */
const micros = (time: number) => {
  const whole = Math.floor(time);
  return `${String(whole % 1000).padStart(3, "0")}${String(whole % 997).padStart(3, "0")}`;
};
