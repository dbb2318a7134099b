import type { Documents } from "../es/documents.ts";
import type { ReportFacts, RuleFacts } from "./facts.ts";
import { weekBefore, type Week } from "./week.ts";

/** A document of `leafwatch-jobs-<namespace>`: the rules as the report of a week saw them. */
export interface RulesOfWeek {
  readonly kind: "rules";
  readonly week: string;
  readonly payload: { readonly hashes: Readonly<Record<string, string>> };
}

const lookBack = 8;

/** The rules as the last report before `week` saw them; undefined when none of the last eight weeks had one. */
export async function earlierRules(
  jobs: Documents<RulesOfWeek>,
  week: Week,
  signal: AbortSignal,
): Promise<ReportFacts["earlier"]> {
  for (let back = 1; back <= lookBack; back++) {
    const { id } = weekBefore(week, back);
    const found = await jobs.get(documentId(id), signal);
    if (found) return { since: id, hashes: found.doc.payload.hashes };
  }
  return undefined;
}

/** Keeps the rules for later reports to be compared with; the first report of a week decides. */
export async function saveRules(
  jobs: Documents<RulesOfWeek>,
  week: Week,
  rules: readonly RuleFacts[],
  signal: AbortSignal,
): Promise<void> {
  const hashes = Object.fromEntries(rules.map(({ id, hash }) => [id, hash]));
  const document: RulesOfWeek = { kind: "rules", week: week.id, payload: { hashes } };
  await jobs.create(documentId(week.id), document, signal);
}

function documentId(week: string): string {
  return `rules-${week}`;
}
