import type { Counted } from "./assess.ts";
import { notes } from "./finding-notes.ts";
import { urgent } from "./finding-urgent.ts";
import type { Wording } from "./wording.ts";

/** Something that the numbers of a week say. `act` and `attention` make the verdict; a note is only written down. */
export interface Found {
  readonly rule: string;
  readonly weight: "act" | "attention" | "note";
  /** What is asked of the reader. */
  readonly text: string;
  /** Why, as a sentence for page 1. */
  readonly reason: string;
  /** The numbers it rests on and where they stand. */
  readonly evidence: string;
}

export interface FindingRule {
  readonly id: string;
  readonly weight: Found["weight"];
  /** When the rule speaks, for docs/ and the appendix. */
  readonly when: string;
  readonly look: (report: Counted, wording: Wording) => Omit<Found, "rule" | "weight"> | undefined;
}

/** The written rules, heaviest first. Each looks at the report's numbers alone. */
export const findingRules: readonly FindingRule[] = [...urgent, ...notes];

/** What the rules find, heaviest first. */
export function findings(report: Counted, wording: Wording): Found[] {
  const order = ["act", "attention", "note"];
  return findingRules
    .flatMap(({ id, weight, look }) => {
      const found = look(report, wording);
      return found ? [{ rule: id, weight, ...found }] : [];
    })
    .sort((a, b) => order.indexOf(a.weight) - order.indexOf(b.weight));
}
