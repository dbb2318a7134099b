import { z } from "zod";
import { duration, parseDuration } from "../lib/duration.ts";

const from = z.string().transform((text, context): number | Date => {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  const date = new Date(text);
  if (/^\d{4}-/.test(text) && !Number.isNaN(date.getTime())) return date;
  context.addIssue({
    code: "custom",
    message: `"${text}" is neither a duration such as 24h nor a time such as 2026-11-01T00:00:00Z`,
  });
  return z.NEVER;
});

/** Config section `watch:`. */
export const watchOptions = z.strictObject({
  rules: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
      error: "write a path such as rules/*.yml, or a list of them",
    })
    .default("rules/*.yml")
    .describe("rule files; * stands for any part of a file's name"),
  from: from
    .optional()
    .describe(
      "where a rule seen for the first time begins: a duration before now, or a time; default its late",
    ),
  heartbeat: z
    .url({ protocol: /^https?$/, error: "write an address such as https://hc.example.org/abc" })
    .optional()
    .describe("called after every complete pass, so that something else notices when passes stop"),
  no_pass_after: duration
    .prefault("15m")
    .describe("operators are told when no pass was complete for so long"),
  mutes: z.string().min(1).optional().describe("file of mutes"),
});
