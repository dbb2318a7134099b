import type { RuleKind } from "./rule.ts";
import { count } from "./rules/count.ts";

/** Every kind of rule, by the key that a rule names it with. To add one: a file in rules/, a line here. */
export const ruleKinds: Readonly<Record<string, RuleKind>> = { count };
