import type { ParsedFields } from "../format.ts";

/** One wording of one program. */
export interface Pattern {
  /** For `parse --explain`. */
  readonly name: string;
  /** Adds what `body` says to `fields` and returns true, or returns false and leaves them alone. */
  take(body: string, fields: ParsedFields, program: string): boolean;
}

type Event = NonNullable<ParsedFields["event"]>;
type Verdict = Pick<Event, "category" | "type" | "action" | "outcome">;

/** Adds category, type, action and outcome, in this order. */
export function classify(fields: ParsedFields, verdict: Verdict): void {
  const event = (fields.event ??= {});
  if (verdict.category) event.category = verdict.category;
  if (verdict.type) event.type = verdict.type;
  if (verdict.action !== undefined) event.action = verdict.action;
  if (verdict.outcome) event.outcome = verdict.outcome;
}

/** Sets how many attempts to log in the line stands for. */
export function countAttempts(fields: ParsedFields, attempts: number): void {
  fields.leafwatch = { ...fields.leafwatch, attempts };
}

/** The text between `start` and the end of `body` when it begins with `start`. */
export function after(body: string, start: string): string | undefined {
  return body.startsWith(start) ? body.slice(start.length) : undefined;
}
