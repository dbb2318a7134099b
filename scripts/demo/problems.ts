import type { Comparison } from "./stored.ts";
import type { Raised } from "./raised.ts";

/** What is wrong with the stored documents, in words, each with an example. */
export function documentProblems(comparison: Comparison): string[] {
  const { missing, duplicates, foreign, misjudged } = comparison;
  const problems: string[] = [];
  const [lost] = missing;
  if (lost) {
    const where = `${lost.host}:${lost.path} at ${lost.offset}`;
    problems.push(
      `${missing.length} written lines have no document, the first: ${where}: ${lost.line}`,
    );
  }
  if (duplicates > 0)
    problems.push(`${duplicates} documents stand for a line that has one already`);
  const [stranger] = foreign;
  if (stranger) {
    const example = JSON.stringify(stranger);
    problems.push(`${foreign.length} documents stand for no written line, one of them: ${example}`);
  }
  const [raw] = misjudged;
  if (raw) {
    const what = raw.unparsed ? "were taken by no parser" : "were taken for whole though torn";
    problems.push(`${misjudged.length} lines ${what}, one of them: ${raw.original ?? ""}`);
  }
  return problems;
}

/** What is wrong with the alerts. */
export function alertProblems({ unexpected, absent }: Raised): string[] {
  const named = (alert: { rule: string; group: object }) =>
    `${alert.rule} for ${JSON.stringify(alert.group)}`;
  return [
    ...absent.map((alert) => `no alert was raised by ${named(alert)}`),
    ...unexpected.map((alert) => `an alert was not expected: ${named(alert)}`),
  ];
}
