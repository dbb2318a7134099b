import { AppError, isAbort, messageOf } from "../lib/errors.ts";
import type { Problem } from "../model/notification.ts";
import type { WatchParts } from "./parts.ts";
import type { Rule } from "./rule.ts";
import type { Cursor, Version, WatchState } from "./state.ts";

/** A search that fails once is tried again at the next pass; failing so often in a row, operators are told. */
const toldAfterFailures = 3;

/** Why a rule could not be judged, or its alerts not be brought up to date. */
export interface Failure {
  rule: string;
  error: AppError;
  /** How often in a row. */
  failures: number;
}

/** Notes what fails in a rule's part, so that the other rules go on. */
export async function guarded(
  parts: Pick<WatchParts, "state" | "log">,
  rule: Pick<Rule, "id">,
  before: Cursor,
  now: number,
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<Failure | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (signal.aborted || isAbort(error)) throw error;
    const fields = { rule: { id: rule.id }, error: { message: messageOf(error) } };
    parts.log.warn(fields, "a rule could not be judged");
    return await note(parts.state, rule, before, error, now, signal);
  }
}

/** Notes why a rule was not judged; its cursor stays where it is. */
async function note(
  state: WatchState,
  rule: Pick<Rule, "id">,
  before: Cursor,
  thrown: unknown,
  now: number,
  signal: AbortSignal,
): Promise<Failure> {
  const error =
    thrown instanceof AppError
      ? thrown
      : new AppError("RULE_FAILED", `rule ${rule.id}: ${messageOf(thrown)}`, {
          retryable: true,
          hint: "the next pass tries again; if it stays, `leafwatch rules check` may say more",
          cause: thrown,
        });
  const stored = await state.cursors(signal).then(
    (all) => all.get(rule.id),
    () => undefined,
  );
  const value = stored?.value ?? before;
  const failures = Math.max(value.error?.failures ?? 0, before.error?.failures ?? 0) + 1;
  const version: Version = stored?.version;
  const note = {
    code: error.code,
    message: error.message,
    since: value.error?.since ?? before.error?.since ?? now,
    failures,
  };
  // Where even this cannot be written the pass's result says so.
  const failed: Cursor = { ...value, error: note, failedHours: countFailure(value, now) };
  await state.saveCursor(failed, version, signal).catch((cause: unknown) => {
    if (signal.aborted) throw cause;
  });
  return { rule: rule.id, error, failures };
}

/** So long it is known when a rule failed. */
const rememberedMs = 21 * 86_400_000;
const hourOf = (ms: number) => new Date(ms).toISOString().slice(0, 13);

function countFailure({ failedHours = {} }: Cursor, now: number): Record<string, number> {
  const oldest = hourOf(now - rememberedMs);
  const kept = Object.entries(failedHours).filter(([hour]) => hour >= oldest);
  const hour = hourOf(now);
  return { ...Object.fromEntries(kept), [hour]: (failedHours[hour] ?? 0) + 1 };
}

/** How often a rule could not be judged between two times, to the hour; undefined where that is forgotten by `now`. */
export function failuresBetween(
  { failedHours = {} }: Cursor,
  { from, to }: { from: number; to: number },
  now: number,
): number | undefined {
  if (from < now - rememberedMs) return undefined;
  return Object.entries(failedHours)
    .filter(([hour]) => hour >= hourOf(from) && hour < hourOf(to))
    .reduce((sum, [, count]) => sum + count, 0);
}

/** Rules that keep failing, as operators are told of them. */
export const problemsOf = (failed: readonly Failure[]): Problem[] =>
  failed.filter(({ failures }) => failures >= toldAfterFailures).map(problemOf);

function problemOf({ rule, error, failures }: Failure): Problem {
  return {
    key: `rule-failing:${rule}`,
    level: "high",
    title: `Rule ${rule} could not be judged ${failures} times in a row`,
    detail: `${error.message} (${error.code}). ${error.hint}. Nothing is lost: it goes on where it stopped.`,
  };
}
