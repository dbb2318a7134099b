import { z } from "zod";
import { isCronExpression } from "../lib/cron.ts";
import { weekdays } from "../lib/weekdays.ts";
import { parseTimeOfDay } from "./time-of-day.ts";

/** The sections that an audience can choose from; page 1 and the appendix are in every report. */
export const sectionNames = [
  "figures",
  "charts",
  "top",
  "incidents",
  "check_in",
  "sources",
  "changes",
  "recommendations",
] as const;

export type SectionName = (typeof sectionNames)[number];

const audience = z.strictObject({
  schedule: z
    .string()
    .refine(isCronExpression, { error: "is no cron expression; write for example 0 8 * * MON" })
    .default("0 8 * * MON")
    .describe("cron expression in `timezone`; a missed time is made up"),
  to: z
    .array(z.string())
    .default([])
    .describe("names of `notify.recipients`; none: only `leafwatch report` makes it"),
  name: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, "use lower-case letters, digits and -")
    .optional()
    .describe("names the audience in saved state; default: its recipients joined by -"),
  sections: z.array(z.enum(sectionNames)).default([...sectionNames]),
  pseudonyms: z
    .boolean()
    .default(false)
    .describe("people appear as Person 1, Person 2 …; no log lines are quoted"),
  language: z
    .string()
    .refine(isLanguage, { error: "is no language tag; write for example en-GB or de-DE" })
    .default("en-GB")
    .describe("how dates and numbers are written (the words are English)"),
});

/** Config section `report`: one audience, or a list of them. */
export const reportOptions = z
  .union([audience, z.array(audience)])
  .transform((value) => (Array.isArray(value) ? value : [value]));

export type Audience = z.output<typeof audience>;

const timeOfDay = z.string().refine((text) => parseTimeOfDay(text) !== undefined, {
  error: "is no time of day; write for example 07:30, or 24:00 for the end of the day",
});

/** Config section `check_in`: the day on which members are expected to log in. */
export const checkInOptions = z
  .strictObject({
    weekday: z.enum(weekdays),
    from: timeOfDay.default("00:00"),
    to: timeOfDay.default("24:00"),
    match: z
      .record(z.string(), z.unknown())
      .describe("field map as in rules: which events are a check-in"),
    member: z.string().default("user.name").describe("the field that names the member"),
    roster: z.string().optional().describe("file with one member a line; # starts a comment"),
    pseudonyms: z.boolean().default(false).describe("members appear as Person 1, Person 2 …"),
  })
  .refine(({ from, to }) => (parseTimeOfDay(from) ?? 0) < (parseTimeOfDay(to) ?? 0), {
    path: ["to"],
    error: "must be later than `from`",
  });

export type CheckInOptions = z.output<typeof checkInOptions>;

/** 1 = Monday … 7 = Sunday, as in ISO 8601. */
export function weekdayNumber(weekday: CheckInOptions["weekday"]): number {
  return weekdays.indexOf(weekday) + 1;
}

function isLanguage(tag: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}
