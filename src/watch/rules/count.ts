import { z } from "zod";
import { counted } from "../counted.ts";
import { ruleKind } from "../rule.ts";
import { attempts, eventCount } from "../slide.ts";

export const count = ruleKind({
  type: "count",
  summary: "At least so many events in a window; login attempts are summed, not lines.",
  options: z.strictObject({
    count: z.strictObject({
      gte: z.int().positive().describe("how many, at least 1"),
      of: z
        .enum(["attempts", "events"])
        .default("attempts")
        .describe("events: each counts one, also lines that are no login attempt"),
    }),
  }),
  create({ count: { gte, of } }, parts) {
    const { select } = parts;
    return of === "events"
      ? counted(parts, { select, limit: gte, coarse: "documents", measuring: eventCount })
      : counted(parts, { select, limit: gte, coarse: "attempts", measuring: attempts });
  },
});
