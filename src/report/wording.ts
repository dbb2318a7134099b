/** How a report writes numbers and dates: in the audience's language, in the report's zone. */
export interface Wording {
  readonly timezone: string;
  readonly count: (value: number | null) => string;
  /** `12.5 %` of a value in percent. */
  readonly percent: (value: number | null) => string;
  /** `5 min`, `2 h 10 min`, `3 d 4 h`. */
  readonly seconds: (value: number | null) => string;
  /** `+12 %`, `−5 points`, `no change`; `–` where nothing is known. */
  readonly change: (value: number | null, unit?: "percent" | "points") => string;
  /** `16–22 November 2026`: the last day is that of the moment before `to`. */
  readonly days: (from: string, to: string) => string;
  /** `16 November 2026` */
  readonly date: (iso: string) => string;
  /** `Thu 19 Nov` */
  readonly shortDate: (iso: string) => string;
  /** `Thu 19 Nov, 14:02` */
  readonly dateTime: (iso: string) => string;
  /** `14:02` */
  readonly time: (iso: string) => string;
  /** `Mon` … for 1 … 7. */
  readonly weekday: (number: number, style?: "short" | "long") => string;
}

export const unknown = "–";

export function createWording(language: string, timezone: string): Wording {
  const number = (options?: Intl.NumberFormatOptions) => {
    const format = new Intl.NumberFormat(language, options);
    return (value: number) => plainBlanks(format.format(value));
  };
  const date = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(language, { ...options, timeZone: timezone });
    return (at: string | Date) => plainBlanks(format.format(new Date(at)));
  };
  const whole = number({ maximumFractionDigits: 2 });
  const tenth = number({ maximumFractionDigits: 1 });
  const longDay = { day: "numeric", month: "long", year: "numeric" } as const;
  const span = new Intl.DateTimeFormat(language, { ...longDay, timeZone: timezone });
  const shortDay = { weekday: "short", day: "numeric", month: "short" } as const;
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  // These stand in English sentences.
  const weekdays = {
    short: new Intl.DateTimeFormat("en-GB", { weekday: "short", timeZone: "UTC" }),
    long: new Intl.DateTimeFormat("en-GB", { weekday: "long", timeZone: "UTC" }),
  };
  const known = (write: (value: number) => string) => (value: number | null) =>
    value === null ? unknown : write(value);
  return {
    timezone,
    count: known(whole),
    percent: known((value) => `${tenth(value)} %`),
    seconds: known(spellSeconds),
    change: (value, unit = "percent") => {
      if (value === null) return unknown;
      // +5,033 % says less than 51 times.
      if (unit === "percent" && value >= 900) return `${whole(Math.round(1 + value / 100))} times`;
      const rounded = Math.abs(value) >= 10 ? Math.round(value) : Math.round(value * 10) / 10;
      if (rounded === 0) return "no change";
      const sign = rounded > 0 ? "+" : "−";
      return `${sign}${tenth(Math.abs(rounded))} ${unit === "percent" ? "%" : "points"}`;
    },
    days: (from, to) => plainBlanks(span.formatRange(new Date(from), new Date(Date.parse(to) - 1))),
    date: date(longDay),
    shortDate: date(shortDay),
    dateTime: (iso) => `${date(shortDay)(iso)}, ${date(clock)(iso)}`,
    time: date(clock),
    weekday: (weekday, style = "short") =>
      // 1 January 2024 was a Monday.
      weekdays[style].format(new Date(Date.UTC(2024, 0, weekday))),
  };
}

/** `1 failure`, `2 failures`: `amount` is the number as it is written. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return value === 1 ? one : many;
}

/** The first few, and how many more. */
export function listed(names: readonly string[], shown = 3): string {
  const distinct = [...new Set(names)];
  const more = distinct.length - shown;
  return distinct.slice(0, shown).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function spellSeconds(total: number): string {
  const units = [
    ["d", 86_400],
    ["h", 3600],
    ["min", 60],
    ["s", 1],
  ] as const;
  const parts: string[] = [];
  let rest = Math.round(total);
  for (const [unit, size] of units) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0) parts.push(`${amount} ${unit}`);
  }
  return parts.slice(0, 2).join(" ") || "0 s";
}

/** Some languages group by a narrow no-break space, which not every font has. */
function plainBlanks(text: string): string {
  return text.replace(/[\u202f\u2009]/g, "\u00a0");
}
