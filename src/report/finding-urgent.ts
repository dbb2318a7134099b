import { figureOf } from "./figures.ts";
import type { FindingRule } from "./findings.ts";
import { listed, plural } from "./wording.ts";

/** Findings that make a verdict of more than calm. */
export const urgent: readonly FindingRule[] = [
  {
    id: "serious-alert-open",
    weight: "act",
    when: "an alert of level high or critical is open, not acknowledged",
    look: ({ incidents }, { count }) => {
      const open = [...incidents.shown, ...incidents.carried].filter(
        (one) => one.workflow === "open" && (one.level === "critical" || one.level === "high"),
      );
      if (open.length === 0) return undefined;
      const n = open.length;
      return {
        text:
          n === 1
            ? "See that somebody takes up the open alert of level high or critical."
            : `See that somebody takes up the ${count(n)} open alerts of level high or critical.`,
        reason: `${count(n)} serious ${plural(n, "alert")} ${n === 1 ? "waits" : "wait"} for somebody to take ${n === 1 ? "it" : "them"} up.`,
        evidence: `Incidents: ${listed(open.map((one) => one.rule))}`,
      };
    },
  },
  {
    id: "nothing-arrived",
    weight: "act",
    when: "no event of any source was found",
    look: ({ sources, coverage }, { count }) => {
      if (sources.events > 0) return undefined;
      return {
        text: "Have the shipper and its connections checked: the week could not be reviewed.",
        reason: "No log event arrived.",
        evidence: `Sources: 0 events, ${count(coverage.sources_expected)} expected ${plural(coverage.sources_expected, "source")}`,
      };
    },
  },
  {
    id: "source-silent",
    weight: "attention",
    when: "an expected source has sent nothing, while others have",
    look: ({ sources }, { count }) => {
      const silent = sources.rows.filter((row) => row.expected && row.events === 0);
      if (silent.length === 0 || sources.events === 0) return undefined;
      const n = silent.length;
      return {
        text: `Have the ${plural(n, "source that has", "sources that have")} sent nothing checked: ${listed(silent.map((row) => `${row.dataset} of ${row.host}`))}.`,
        reason: `${count(n)} of ${count(sources.rows.length)} sources ${n === 1 ? "has" : "have"} sent nothing.`,
        evidence: `Sources: ${count(n)} without an event`,
      };
    },
  },
  {
    id: "gap",
    weight: "attention",
    when: "no source sent anything for three hours or more in which events are usual",
    look: ({ coverage, sources }, { count, dateTime }) => {
      const [first] = coverage.gaps;
      if (!first || sources.events === 0) return undefined;
      const hours = coverage.gaps.reduce((sum, gap) => sum + gap.hours, 0);
      return {
        text: "Find out why no logs arrived, and read them in later where the hosts still have them.",
        reason: `${count(hours)} hours of logs are missing.`,
        evidence: `Coverage: from ${dateTime(first.from)}, ${count(coverage.gaps.length)} ${plural(coverage.gaps.length, "stretch", "stretches")}`,
      };
    },
  },
  {
    id: "failures-above-expectation",
    weight: "attention",
    when: "failed logins are above the expected band of the trend",
    look: ({ trend }, { count }) => {
      const last = trend.at(-1);
      if (last?.value == null || !last.expected || last.value <= last.expected.high) {
        return undefined;
      }
      return {
        text: "Have the addresses with most failed logins looked at, and blocked where they are nobody's.",
        reason: `Failed logins are above what was to be expected: ${count(last.value)} instead of at most ${count(last.expected.high)}.`,
        evidence: `Trend: ${count(last.value)} against ${count(last.expected.low)} to ${count(last.expected.high)}`,
      };
    },
  },
  {
    id: "alert-open",
    weight: "attention",
    when: "an alert of level medium or below is open, not acknowledged",
    look: ({ incidents }, { count }) => {
      const open = incidents.shown.filter(
        (one) => one.workflow === "open" && one.level !== "critical" && one.level !== "high",
      );
      const n = open.length;
      if (n === 0) return undefined;
      return {
        text:
          n === 1
            ? "Have the open alert of lower level acknowledged or closed."
            : `Have the ${count(n)} open alerts of lower level acknowledged or closed.`,
        reason: `${count(n)} ${plural(n, "alert")} of lower level ${n === 1 ? "is" : "are"} open.`,
        evidence: `Incidents: ${listed(open.map((one) => one.rule))}`,
      };
    },
  },
  {
    id: "carried-over",
    weight: "attention",
    when: "an alert of an earlier week is not closed",
    look: ({ incidents }, { count }) => {
      const n = incidents.carried_total;
      if (n === 0) return undefined;
      const oldest = Math.floor((incidents.carried[0]?.age_hours ?? 0) / 24);
      return {
        text:
          n === 1
            ? "Have the alert left from earlier weeks worked on and closed."
            : `Have the ${count(n)} alerts left from earlier weeks worked on and closed.`,
        reason: `${count(n)} ${plural(n, "alert")} of earlier weeks ${n === 1 ? "is" : "are"} not closed.`,
        evidence: `Incidents: the oldest is ${count(oldest)} ${plural(oldest, "day")} old`,
      };
    },
  },
  {
    id: "rules-not-judged",
    weight: "attention",
    when: "the rules have judged less than 99.9 % of the time",
    look: ({ coverage }, { percent }) => {
      if (coverage.rules_percent === null || coverage.rules_percent >= 99.9) return undefined;
      return {
        text: "Have the watcher checked: part of the week was not judged.",
        reason: `The rules have judged only ${percent(coverage.rules_percent)} of the time.`,
        evidence: `Rules: coverage ${percent(coverage.rules_percent)}`,
      };
    },
  },
  {
    id: "mail-dead",
    weight: "attention",
    when: "a mail could not be delivered to all of its addresses",
    look: ({ rules }, { count }) => {
      const n = rules.mails?.undelivered ?? 0;
      if (n === 0) return undefined;
      return {
        text: "Have the recipients' addresses and the mail server checked.",
        reason: `${count(n)} ${plural(n, "mail")} could not be delivered to everyone.`,
        evidence: `Rules and mails: ${count(n)} undelivered`,
      };
    },
  },
  {
    id: "dead-letters",
    weight: "attention",
    when: "an event was refused by Elasticsearch",
    look: ({ sources }, { count }) => {
      const n = sources.dead_letters;
      if (n === 0) return undefined;
      return {
        text: "Have the refused events looked at: leafwatch dead-letters.",
        reason: `${count(n)} ${plural(n, "event")} could not be stored as ${n === 1 ? "it is" : "they are"}.`,
        evidence: `Sources: ${count(n)} dead ${plural(n, "letter")}`,
      };
    },
  },
  {
    id: "server-errors",
    weight: "attention",
    when: "5xx answers are above 1 % of the requests and more than twice the median",
    look: (report, { percent }) => {
      const share = figureOf(report, "http_5xx_share");
      if (share?.value == null || share.value <= 1) return undefined;
      if (share.median !== null && share.value <= 2 * share.median) return undefined;
      return {
        text: "Have the web application's errors looked at.",
        reason: `${percent(share.value)} of the requests ended in a server error.`,
        evidence: `Key figures: 5xx ${percent(share.value)}, usual ${percent(share.median)}`,
      };
    },
  },
];
