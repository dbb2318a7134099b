import { columns, heading, paragraph, table, type Block } from "../blocks.ts";
import type { Report } from "../model.ts";
import type { Exemption } from "../model/rules.ts";
import type { Wording } from "../wording.ts";

/** What was changed in the watching, and which exceptions from it end soon. */
export function changes({ changes: all }: Report, { date }: Wording): Block[] {
  return [
    heading("Changes"),
    ...(all.since === null
      ? [paragraph("No earlier report knows the rules: changes will be told from the next one on.")]
      : [
          table(
            columns("Rule*3", "Since the report of week " + all.since),
            all.rules.map((one) => [one.rule, one.what]),
            `No rule has changed since the report of week ${all.since}.`,
          ),
        ]),
    heading("Exceptions and mutes in force", 3),
    table(
      columns("Kind*0.8", "Of*1.8", "Why*2.2", "Owner*1.2", "Until*1.8"),
      all.in_force.map((one) => [one.what, one.of, one.why, one.owner, endText(one, date)]),
      "None: no rule was kept from speaking.",
    ),
  ];
}

function endText({ until, ends }: Exemption, date: Wording["date"]): string {
  return `${date(until)}${{ ended: ", has ended", soon: ", ends soon", later: "" }[ends]}`;
}

/** What follows from the findings. */
export function recommendations({ recommendations: all }: Report): Block[] {
  if (all.length === 0) {
    return [heading("Recommendations"), paragraph("None: nothing was found that asks for one.")];
  }
  return [
    heading("Recommendations"),
    table(
      columns("Recommendation*3", "Evidence*2", "Written rule*1.3"),
      all.map((one) => [one.text, one.evidence, one.rule]),
    ),
  ];
}
