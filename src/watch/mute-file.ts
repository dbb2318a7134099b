import { readFile } from "node:fs/promises";
import { DateTime } from "luxon";
import { z } from "zod";
import { AppError, messageOf } from "../lib/errors.ts";
import { weekdays } from "../lib/weekdays.ts";
import { checkYaml, yamlError } from "../lib/yaml-problems.ts";
import { readYaml } from "../lib/yaml.ts";
import type { Mute } from "./mutes.ts";
import { endOfDay } from "./rule-compile.ts";

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, "write a time such as 18:30");
const time = z
  .string()
  .refine(
    (text) => !Number.isNaN(Date.parse(text)),
    "write a day or a time such as 2026-12-24T18:00:00Z",
  );
const values = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const mute = z.strictObject({
  rules: z.array(z.string()).default([]).describe("ids of rules; none: all of them"),
  match: z
    .record(z.string(), z.union([values.transform((one) => [one]), z.array(values).min(1)]))
    .default({})
    .describe("values of the fields that alerts are grouped by; none: any"),
  owner: z.string().min(1),
  reason: z.string().min(1),
  from: time.optional().describe("default: it holds from the start"),
  until: time.describe("a mute must end"),
  weekly: z
    .strictObject({ days: z.array(z.enum(weekdays)).min(1), from: clock, to: clock })
    .optional()
    .describe("only in these hours, in the file's time zone; to may lie on the next day"),
});

const schema = z.strictObject({
  version: z.literal(1, { error: "write version: 1" }),
  timezone: z
    .string()
    .refine((name) => DateTime.utc().setZone(name).isValid, "no such time zone")
    .default("UTC"),
  mutes: z.array(mute).default([]),
});

/** Reads a file of mutes. @throws MUTES_INVALID with every mistake, MUTES_UNREADABLE. */
export async function loadMutes(path: string): Promise<Mute[]> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new AppError("MUTES_UNREADABLE", `${path}: ${messageOf(cause)}`, {
      hint: "watch.mutes in the config names the file",
      cause,
    });
  });
  const file = await readYaml(text, path);
  const { value, problems } = checkYaml(file, schema);
  if (!value || problems.length > 0) {
    const named = problems.map((problem) => ({ ...problem, file: path }));
    throw yamlError("MUTES_INVALID", named, "docs/alerts.md describes the file");
  }
  const { timezone } = value;
  return value.mutes.map(({ rules, match, owner, reason, from, until, weekly }) => {
    const begins = from === undefined ? -Infinity : startOf(from, timezone);
    const ends = Date.parse(endOfDay(until, timezone));
    return {
      name: `${owner}: ${reason}`,
      rules,
      group: match,
      owner,
      reason,
      from: begins,
      until: ends,
      holds: (now) => now >= begins && now < ends && (!weekly || inWeek(now, weekly, timezone)),
    };
  });
}

const startOf = (text: string, zone: string) =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) ? DateTime.fromISO(text, { zone }).toMillis() : Date.parse(text);

interface Weekly {
  days: readonly (typeof weekdays)[number][];
  from: string;
  to: string;
}

/** True in the hours of one of the days; hours past midnight belong to the day on which they began. */
function inWeek(now: number, { days, from, to }: Weekly, zone: string): boolean {
  const local = DateTime.fromMillis(now, { zone });
  const clockNow = local.toFormat("HH:mm");
  const on = (day: DateTime) => days.some((name) => weekdays.indexOf(name) === day.weekday - 1);
  if (from < to) return on(local) && clockNow >= from && clockNow < to;
  return (on(local) && clockNow >= from) || (on(local.minus({ days: 1 })) && clockNow < to);
}
