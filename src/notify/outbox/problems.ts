import type { Documents } from "../../es/documents.ts";
import type { Problem } from "../../model/notification.ts";
import { nameOf } from "./row.ts";

/** A problem that operators have been told of; gone when it is over. */
export interface KnownProblem {
  kind: "problem";
  area: string;
  problem: Problem;
  since: string;
}

/**
 * Compares the problems of an area with those known, and has each beginning and each end told. The row is written
 * before the state, under a name that follows from it, so that a crash in between tells nothing twice.
 */
export async function reportProblems(
  documents: Documents<KnownProblem>,
  tell: (problem: Problem, since: string, over: boolean) => Promise<void>,
  area: string,
  current: readonly Problem[],
  now: Date,
  signal: AbortSignal,
): Promise<void> {
  const since = now.toISOString();
  for (const problem of current) {
    const id = `problem-${nameOf(area, problem.key)}`;
    const created = await documents.create(id, { kind: "problem", area, problem, since }, signal);
    const known = created ?? (await documents.get(id, signal));
    await tell(problem, known?.doc.since ?? since, false);
  }
  const keys = new Set(current.map((problem) => problem.key));
  const known = await documents.list({ where: { kind: ["problem"], area: [area] } }, signal);
  for (const one of known) {
    if (keys.has(one.doc.problem.key)) continue;
    await tell(one.doc.problem, one.doc.since, true);
    await documents.remove(one, signal);
  }
}
