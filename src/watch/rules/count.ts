import { z } from "zod";
import { counted } from "../counted.ts";
import { ruleKind } from "../rule.ts";
import { attempts } from "../slide.ts";

export const count = ruleKind({
  type: "count",
  summary: "At least so many events in a window; login attempts are summed, not lines.",
  options: z.strictObject({
    count: z.strictObject({ gte: z.int().positive().describe("events, at least 1") }),
  }),
  create: ({ count: { gte } }, parts) =>
    counted(parts, { select: parts.select, limit: gte, coarse: "attempts", measuring: attempts }),
});
