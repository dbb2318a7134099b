import { z } from "zod";
import { messageOf } from "../../lib/errors.ts";
import { counted } from "../counted.ts";
import { both } from "../filter.ts";
import { parseIndicators } from "../indicators.ts";
import { ruleKind } from "../rule.ts";
import { eventCount } from "../slide.ts";

/** Every event fires by itself; the length only groups what is shown as the alert's count. */
const shownTogetherMs = 3_600_000;

export const indicator = ruleKind({
  type: "indicator",
  summary: "A field has a value from a list of known-bad ones.",
  options: z.strictObject({
    indicator: z.strictObject({
      field: z.string(),
      list: z
        .string()
        .describe("file: one value or address block a line, or CSV type,value,source,until"),
    }),
  }),
  create({ indicator: { field, list } }, parts) {
    const { check } = parts;
    check.field(field, ["indicator", "field"]);
    let text = "";
    try {
      text = parts.readText(list);
    } catch (error) {
      check.problem(["indicator", "list"], `${list} cannot be read: ${messageOf(error)}`);
    }
    const { filter, bad } = parseIndicators(text, field);
    if (bad.length > 0) {
      check.problem(
        ["indicator", "list"],
        `${list}: no value in line ${bad.slice(0, 5).join(", ")}`,
      );
    }
    const select = { ...parts.select, filter: both(parts.select.filter, filter) };
    return counted(
      { ...parts, withinMs: shownTogetherMs },
      { select, limit: 1, coarse: "documents", measuring: eventCount },
    );
  },
});
