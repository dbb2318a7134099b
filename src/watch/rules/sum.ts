import { z } from "zod";
import { counted } from "../counted.ts";
import { both } from "../filter.ts";
import { ruleKind } from "../rule.ts";
import { amounts } from "../slide.ts";

export const sum = ruleKind({
  type: "sum",
  summary: "A numeric field adds up to at least so much in a window; values below 0 are left out.",
  options: z.strictObject({
    sum: z.strictObject({ field: z.string(), gte: z.number().positive().describe("more than 0") }),
  }),
  create({ sum: { field, gte } }, parts) {
    parts.check.field(field, ["sum", "field"]);
    const filter = both(parts.select.filter, { op: "range", field, bounds: { gte: 0 } });
    const select = { ...parts.select, filter };
    return counted(parts, {
      select,
      limit: gte,
      coarse: { sum: field },
      field,
      measuring: amounts,
    });
  },
});
