import { AppError } from "../lib/errors.ts";
import type { SumCheck } from "./model.ts";

/**
 * Numbers that were counted in two ways must agree.
 *
 * @throws REPORT_SUMS_DIFFER which names every pair that does not.
 */
export function checkSums(checks: readonly SumCheck[]): void {
  const wrong = checks.filter(({ whole, parts }) => whole !== parts);
  if (wrong.length === 0) return;
  const list = wrong.map(({ what, whole, parts }) => `${what}: ${whole} and ${parts}`).join("; ");
  throw new AppError("REPORT_SUMS_DIFFER", `the report's numbers do not add up (${list})`, {
    hint: "run it again; if it stays, an index holds documents that Leafwatch did not write, or fields without their mapping (run setup)",
    retryable: true,
  });
}
