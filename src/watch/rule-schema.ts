import { z } from "zod";
import { duration } from "../lib/duration.ts";
import { levels } from "../model/alert.ts";
import { fieldMap } from "./filter-parse.ts";

const notify = z
  .strictObject({
    to: z.array(z.string()).describe("names of notify.recipients; empty: recorded but not mailed"),
    repeat: duration.describe("first pause between mails about an alert that stays active"),
    backoff: z.number().min(1).describe("each pause is so many times the one before"),
    max: duration.describe("longest pause"),
  })
  .partial();

/** Keys that `defaults:` may hold and that any rule may override. */
const inherited = {
  timezone: z
    .string()
    .refine(isZone, { error: "no such time zone: write an IANA name such as Europe/London" })
    .optional(),
  every: duration.optional().describe("how often it is judged"),
  delay: duration.optional().describe("how long events may take to arrive"),
  late: duration.optional().describe("events up to so late are judged after the fact"),
  close_after: duration.optional().describe("quiet for so long is a recovery"),
  notify: notify.optional(),
};

const level = z.enum(levels);

const attackId = z
  .string()
  .regex(/^(TA\d{4}|T\d{4}(\.\d{3})?)$/, "write a MITRE ATT&CK id such as T1110.001");

const exception = z
  .looseObject({
    why: z.string().min(1),
    owner: z.string().min(1),
    until: z.string().refine((text) => !Number.isNaN(Date.parse(text)), {
      error: "write the day on which the exception ends, such as 2027-01-31",
    }),
  })
  .describe("a field map with why, owner and until");

const testEvents = {
  send: z.int().nonnegative().default(1),
  over: duration.default(0),
  at: duration.default(0).describe("when the first is sent, after the start of the test"),
  event: z.record(z.string(), z.unknown()).default({}),
};

const test = z.strictObject({
  it: z.string().min(1).describe("what it shows, as a sentence"),
  ...testEvents,
  events: z
    .array(z.strictObject(testEvents))
    .optional()
    .describe("several, instead of send, over, event"),
  alerts: z.int().nonnegative(),
});

/** What every rule may say, whatever its kind. */
export const ruleKeys = {
  id: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/, "write lower case letters, digits, - and _"),
  name: z
    .string()
    .min(1)
    .regex(/^[^{}]*$/, "a name has no placeholders: they belong into title")
    .optional()
    .describe("what the rule is called, as Elastic Security shows it; default: its title or id"),
  title: z
    .string()
    .min(1)
    .optional()
    .describe("placeholders: {count}, {threshold}, {within}, fields of group_by, {distinct.FIELD}"),
  why: z.string().optional().describe("why the rule is worth having, in one line"),
  level: level.default("medium"),
  attack: z.array(attackId).default([]),
  tags: z.array(z.string().min(1)).default([]).describe("words by which mails may be routed"),
  dataset: z.array(z.string()).default([]),
  match: fieldMap.optional(),
  group_by: z.array(z.string()).default([]),
  within: duration.optional(),
  for: z.int().positive().default(1).describe("consecutive windows"),
  show: z.array(z.string()).default([]),
  respond: z.string().optional().describe("what to do, for the mail"),
  except: z.array(exception).default([]),
  inhibits: z.array(z.string()).default([]),
  tests: z.array(test).default([]),
  ...inherited,
} satisfies z.ZodRawShape;

/** The part of a rule file around its rules. */
export const ruleFileSchema = z.strictObject({
  version: z.literal(1, { error: "write version: 1" }),
  defaults: z.strictObject({ ...inherited, level: level.optional() }).default({}),
  rules: z.array(z.unknown()).default([]),
});

export type Defaults = z.output<typeof ruleFileSchema>["defaults"];
export type RuleInput = z.output<z.ZodObject<typeof ruleKeys>>;

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
