import { figureOf } from "./figures.ts";
import { findings, type Found } from "./findings.ts";
import type { Report, Verdict } from "./model.ts";
import { plural, type Wording } from "./wording.ts";

type Assessed = Pick<Report, "verdict" | "sentences" | "actions" | "recommendations">;
export type Counted = Omit<Report, keyof Assessed>;

const mostActions = 3;

/** What the numbers mean, in plain words. Everything said follows from the findings' written rules. */
export function assess(report: Counted, wording: Wording): Assessed {
  const found = findings(report, wording);
  return {
    verdict: verdictOf(report, found),
    sentences: [
      ...logins(report, wording),
      ...alerts(report, wording),
      ...web(report, wording),
      ...gaps(report, wording),
      ...checkIn(report, wording),
    ].slice(0, 5),
    actions: found
      .filter((one) => one.weight !== "note")
      .slice(0, mostActions)
      .map((one) => one.text),
    recommendations: found.map(({ rule, text, evidence }) => ({ rule, text, evidence })),
  };
}

/** The heaviest finding decides. */
function verdictOf(report: Counted, found: readonly Found[]): { word: Verdict; reason: string } {
  if (report.sources.events === 0) {
    return {
      word: "no data",
      reason: "No log event of this week was found: nothing was reviewed.",
    };
  }
  const act = found.find((one) => one.weight === "act");
  if (act) return { word: "act now", reason: act.reason };
  const attention = found.filter((one) => one.weight === "attention");
  const [first] = attention;
  if (first) {
    const more = attention.length - 1;
    const rest = more > 0 ? ` And ${more} more ${plural(more, "point", "points")} below.` : "";
    return { word: "attention", reason: `${first.reason}${rest}` };
  }
  return { word: "calm", reason: "Nothing was found that needs anyone to act." };
}

function logins(report: Counted, { count, change, percent }: Wording): string[] {
  if (report.sources.events === 0) return [];
  const worked = figureOf(report, "logins_worked")?.value ?? 0;
  const failed = figureOf(report, "logins_failed");
  const attackers = figureOf(report, "attackers")?.value ?? 0;
  const value = failed?.value ?? 0;
  if (worked + value === 0) return ["The logs show no logins."];
  const share = figureOf(report, "failure_share")?.value ?? 0;
  const last = report.trend.at(-1)?.expected;
  const expected = !last
    ? ""
    : value > last.high
      ? `, more than the ${count(last.low)} to ${count(last.high)} to be expected`
      : value < last.low
        ? `, fewer than the ${count(last.low)} to ${count(last.high)} to be expected`
        : `, within the ${count(last.low)} to ${count(last.high)} to be expected`;
  const against = change(failed?.change ?? null);
  const week =
    failed?.change == null
      ? ""
      : ` (${against}${against.endsWith("times") ? "" : " against"} the week before)`;
  return [
    `${count(worked)} ${plural(worked, "login")} worked and ${count(value)} failed${week}: ` +
      `${percent(share)} of all${expected}.`,
    attackers === 0
      ? "No address tried passwords on a larger scale."
      : `${count(attackers)} ${plural(attackers, "address", "addresses")} tried passwords on a larger ` +
        `scale (ten or more failures, and more of them than logins that worked).`,
  ];
}

function alerts({ incidents, sources }: Counted, { count }: Wording): string[] {
  if (sources.events === 0 && incidents.total === 0) return [];
  const { total, by_level: level, carried_total: carried } = incidents;
  const open = incidents.shown.filter((one) => one.workflow === "open").length;
  const serious = level.critical + level.high;
  const older =
    carried > 0
      ? ` ${count(carried)} from earlier weeks ${carried === 1 ? "is" : "are"} still open.`
      : "";
  if (total === 0) return [`No alert was raised.${older}`];
  const kinds =
    serious === 0
      ? total === 1
        ? "not high or critical"
        : "none of them high or critical"
      : total === 1
        ? `of level ${level.critical > 0 ? "critical" : "high"}`
        : `${count(serious)} of them high or critical`;
  const taken =
    total > incidents.shown.length
      ? ""
      : open === 0
        ? `; ${total === 1 ? "it has" : "all have"} been taken up`
        : total === 1
          ? "; it waits for somebody to take it up"
          : `; ${count(open)} ${open === 1 ? "waits for somebody to take it up" : "wait for somebody to take them up"}`;
  const was = total === 1 ? "was" : "were";
  return [`${count(total)} ${plural(total, "alert")} ${was} raised, ${kinds}${taken}.${older}`];
}

function web(report: Counted, { count, percent }: Wording): string[] {
  const requests = figureOf(report, "requests")?.value ?? 0;
  if (requests === 0) return [];
  const errors = figureOf(report, "http_5xx");
  const share = figureOf(report, "http_5xx_share")?.value ?? 0;
  return [
    `The web servers answered ${count(requests)} ${plural(requests, "request")}, ` +
      `${count(errors?.value ?? 0)} of them (${percent(share)}) with a server error.`,
  ];
}

function gaps({ coverage }: Counted, { count, dateTime }: Wording): string[] {
  const [first] = coverage.gaps;
  if (!first) return [];
  const hours = coverage.gaps.reduce((sum, gap) => sum + gap.hours, 0);
  const more = coverage.gaps.length - 1;
  const others =
    more > 0 ? ` and in ${count(more)} more ${plural(more, "stretch", "stretches")}` : "";
  return [
    `The data has a gap: no log line of any source between ${dateTime(first.from)} and ` +
      `${dateTime(first.to)}${others} (${count(hours)} hours in all).`,
  ];
}

function checkIn(report: Counted, { count, weekday }: Wording): string[] {
  const day = report.check_in;
  if (!day || report.sources.events === 0) return [];
  const name = weekday(day.weekday, "long");
  if (day.date === null) return [`${name}, the check-in day, is still to come.`];
  const missing =
    day.roster === null
      ? ""
      : `; ${count(day.missing_total)} of ${count(day.roster)} on the roster did not`;
  return [
    `On ${name}, the check-in day, ${count(day.members)} ${plural(day.members, "member")} logged in${missing}.`,
  ];
}
