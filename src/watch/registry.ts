import type { RuleKind } from "./rule.ts";
import { baseline } from "./rules/baseline.ts";
import { count } from "./rules/count.ts";
import { distinct } from "./rules/distinct.ts";
import { indicator } from "./rules/indicator.ts";
import { newValue } from "./rules/new.ts";
import { outlier } from "./rules/outlier.ts";
import { ratio } from "./rules/ratio.ts";
import { sequence } from "./rules/sequence.ts";
import { silence } from "./rules/silence.ts";
import { sum } from "./rules/sum.ts";

/** Every kind of rule, by the key that a rule names it with. To add one: a file in rules/, a line here. */
export const ruleKinds: Readonly<Record<string, RuleKind>> = {
  count,
  distinct,
  sum,
  ratio,
  sequence,
  new: newValue,
  silence,
  indicator,
  baseline,
  outlier,
};
