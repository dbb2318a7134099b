import type { FindingRule } from "./findings.ts";
import { listed, plural } from "./wording.ts";

/** Findings that are only written down, as recommendations. */
export const notes: readonly FindingRule[] = [
  {
    id: "not-parsed",
    weight: "note",
    when: "more than 1 % of the lines, and at least ten, were not understood",
    look: ({ sources }, { count }) => {
      if (sources.unparsed < 10 || sources.unparsed * 100 <= sources.events) return undefined;
      return {
        text: "Check the log format of the sources with lines that were not understood.",
        reason: "Many lines were not understood.",
        evidence: `Sources: ${count(sources.unparsed)} of ${count(sources.events)} lines`,
      };
    },
  },
  {
    id: "delay",
    weight: "note",
    when: "95 % of a source's events took more than five minutes to arrive",
    look: ({ sources }, { seconds }) => {
      const slow = sources.rows.filter((row) => (row.delay_p95_ms ?? 0) > 300_000);
      const worst = Math.max(0, ...slow.map((row) => row.delay_p95_ms ?? 0));
      if (slow.length === 0) return undefined;
      return {
        text: `Find out why events arrive late from ${listed(slow.map((row) => `${row.dataset} of ${row.host}`))}.`,
        reason: "Events arrive late.",
        evidence: `Sources: delay p95 up to ${seconds(worst / 1000)}`,
      };
    },
  },
  {
    id: "missing-members",
    weight: "note",
    when: "a member of the roster has missed three check-in days in a row or more",
    look: ({ check_in: day }, { count }) => {
      const long = (day?.missing ?? []).filter((one) => one.days >= 3);
      const n = long.length;
      if (n === 0) return undefined;
      return {
        text: `Ask after the ${count(n)} ${plural(n, "member")} who ${n === 1 ? "has" : "have"} missed three check-in days or more.`,
        reason: "Members have not checked in for weeks.",
        evidence: `Check-in day: ${count(n)} missing for three days or more`,
      };
    },
  },
  {
    id: "struggling-members",
    weight: "note",
    when: "a member failed three times or more before the first check-in",
    look: ({ check_in: day }, { count }) => {
      const n = day?.struggled.length ?? 0;
      if (n === 0) return undefined;
      return {
        text: `Offer help to the ${count(n)} ${plural(n, "member")} who needed several tries to check in.`,
        reason: "Members had trouble to check in.",
        evidence: `Check-in day: ${count(n)} with three failures or more`,
      };
    },
  },
  {
    id: "false-alerts",
    weight: "note",
    when: "a rule raised more alerts closed as false than its budget promises",
    look: ({ rules }, { count }) => {
      const over = rules.rows.filter(
        (row) =>
          row.promised_per_week !== null && row.false_alerts > Math.max(1, row.promised_per_week),
      );
      if (over.length === 0) return undefined;
      return {
        text: `Tune the ${plural(over.length, "rule")} ${listed(over.map((row) => row.id))}.`,
        reason: "Rules raise more false alerts than promised.",
        evidence: `Rules: ${count(over.reduce((sum, row) => sum + row.false_alerts, 0))} false alerts`,
      };
    },
  },
  {
    id: "ending-soon",
    weight: "note",
    when: "an exception or a mute ends within two weeks",
    look: ({ changes }, { count }) => {
      const ending = changes.in_force.filter(({ ends }) => ends === "soon");
      const n = ending.length;
      if (n === 0) return undefined;
      return {
        text: `Decide on the ${count(n)} ${plural(n, "exception or mute", "exceptions and mutes")} that end soon.`,
        reason: "Exceptions or mutes end soon.",
        evidence: `Changes: ${listed(ending.map((one) => one.of))}`,
      };
    },
  },
];
