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
      return unusual(alert, window);
    default:
      return plain(count(alert.count), count(alert.threshold));
  }
}

/** The limit differs from hour to hour, so what is usual stands beside it. */
function unusual({ count: found, threshold, expected }: Alert, window: string): Measure {
  const limit = count(threshold);
  const first = [count(found), `in ${window}`] as const;
  if (expected?.count === undefined) {
    return {
      lead: `${first.join(" ")}; the limit is ${limit} as long as little is known of the past.`,
      figures: [first, [limit, "is the limit so far"]],
    };
  }
  const usual = about(expected.count);
  return {
    lead: `${first.join(" ")}, where about ${usual} are usual; from ${limit} on it is unusual.`,
    figures: [first, [usual, "are usual"], [limit, "would be unusual"]],
  };
}

/** Small numbers to the tenth. */
const about = (expected: number) =>
  expected < 9.95 ? String(Math.round(expected * 10) / 10) : count(Math.round(expected));
