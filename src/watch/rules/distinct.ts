import { z } from "zod";
import { counted } from "../counted.ts";
import { ruleKind } from "../rule.ts";
import { distinctValues } from "../slide.ts";

export const distinct = ruleKind({
  type: "distinct",
  summary: "At least so many different values of a field in a window: users, addresses, paths.",
  options: z.strictObject({
    distinct: z.strictObject({
      field: z.string(),
      gte: z.int().positive().describe("different values, at least 1"),
    }),
  }),
  create({ distinct: { field, gte } }, parts) {
    parts.check.field(field, ["distinct", "field"]);
    // Never `cardinality` for the coarse look: it is an estimate and may be too small.
    const coarse = { values: field };
    const { select } = parts;
    return counted(parts, { select, limit: gte, coarse, field, measuring: distinctValues });
  },
});
