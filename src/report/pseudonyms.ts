import type { Report } from "./model.ts";
import type { Incident } from "./model/incidents.ts";

/**
 * The report with people named Person 1, Person 2 … in the order in which they appear, the same person always by
 * the same name. The numbers are given anew in every report: nobody can be followed from week to week. Log lines
 * and titles that name people are left out.
 */
export function pseudonymise(
  report: Report,
  { everywhere, members }: { everywhere: boolean; members: boolean },
): Report {
  if (!everywhere && !members) return report;
  const known = new Map<string, string>();
  const person = (name: string) => {
    const key = name.trim().toLowerCase();
    const found = known.get(key) ?? `Person ${known.size + 1}`;
    known.set(key, found);
    return found;
  };
  const check_in = report.check_in && {
    ...report.check_in,
    missing: report.check_in.missing.map((one) => ({ ...one, member: person(one.member) })),
    struggled: report.check_in.struggled.map((one) => ({ ...one, member: person(one.member) })),
  };
  if (!everywhere) return { ...report, check_in };
  const { top, incidents } = report;
  const hide = (incident: Incident) => withoutNames(incident, person);
  const { mails } = report.rules;
  const users = {
    ...top.users,
    rows: top.users.rows.map((row) => ({ ...row, name: person(row.name), link: null })),
  };
  return {
    ...report,
    top: { ...top, users },
    incidents: {
      ...incidents,
      shown: incidents.shown.map(hide),
      carried: incidents.carried.map(hide),
    },
    rules: {
      ...report.rules,
      mails: mails && {
        ...mails,
        refused: mails.refused.map((one) => ({ ...one, address: person(one.address), answer: "" })),
      },
    },
    check_in,
  };
}

const personal = /^(user|client\.user|related\.user)(\.|$)/;

function withoutNames(incident: Incident, person: (name: string) => string): Incident {
  const group = Object.entries(incident.group).map(([field, value]) => [
    field,
    personal.test(field) ? person(value) : value,
  ]);
  return {
    ...incident,
    title: incident.rule,
    link: null,
    group: Object.fromEntries(group) as Incident["group"],
    evidence: incident.evidence.map(({ field, values }) => ({
      field,
      values: personal.test(field)
        ? values.map((one) => ({ ...one, value: person(one.value) }))
        : values,
    })),
    lines: [],
  };
}
