import { formatDuration } from "../lib/duration.ts";
import type { Alert } from "../model/alert.ts";
import { amount, count, percent, spell } from "./when.ts";

/** How much it was and what is allowed: a sentence, and the same as figures with their captions. */
export interface Measure {
  readonly lead: string;
  readonly figures: readonly (readonly [string, string])[];
}

/** In the words of the rule's kind; a kind without words of its own counts. */
export function measureOf(alert: Alert): Measure {
  const lasted = Date.parse(alert.last_seen) - Date.parse(alert.first_seen);
  const window = spell(alert.within);
  const span = [formatDuration(lasted), "first to last"] as const;
  const plain = (
    value: string,
    limit: string,
    is = "the limit is",
    caption = "is the limit",
  ): Measure => ({
    lead: `${value} in ${window}; ${is} ${limit}.`,
    figures: [[value, `in ${window}`], [limit, caption], span],
  });
  switch (alert.rule.kind) {
    case "silence":
      return {
        lead: `Nothing has come for more than ${spell(lasted)}.`,
        figures: [[formatDuration(lasted), "without an event, or more"]],
      };
    case "new":
      return { lead: "It was not seen before.", figures: [["new", "not seen before"]] };
    case "indicator":
      return {
        lead: `${amount(alert.count, "event")} with a value from a list of known bad ones.`,
        figures: [[count(alert.count), "with a known bad value"], span],
      };
    case "distinct":
      return plain(`${count(alert.count)} different`, count(alert.threshold));
    case "ratio":
      return plain(percent(alert.count), percent(alert.threshold));
    case "sequence": {
      const { lead, figures } = plain(count(alert.count), count(alert.threshold));
      return { lead: `${lead.slice(0, -1)}, and then came what must not follow.`, figures };
    }
    case "baseline":
    case "outlier":
      return plain(
        count(alert.count),
        count(alert.threshold),
        "to be expected was at most",
        "expected at most",
      );
    default:
      return plain(count(alert.count), count(alert.threshold));
  }
}
