import { heading, paragraph, type Block, type Tile, type Title } from "../blocks.ts";
import { trendScene } from "../charts.ts";
import { figureOf } from "../figures.ts";
import type { Report } from "../model.ts";
import type { FigureId } from "../model/figures.ts";
import { plural, type Wording } from "../wording.ts";
import { figureText } from "./figures.ts";

/** The head of page 1. */
export function titleOf(report: Report, wording: Wording): Title {
  const { week, verdict } = report;
  const [year, number = ""] = week.id.split("-W");
  return {
    title: `Week ${Number(number)} of ${year}`,
    subtitle: `${wording.days(week.from, week.to)} · ${week.timezone} · ${wording.count(week.hours)} hours`,
    soFar: week.so_far
      ? `So far: the week is running; figures until ${wording.dateTime(week.until)}`
      : undefined,
    verdict: verdict.word,
    reason: verdict.reason,
  };
}

/** Page 1: what happened, what is asked of the reader, and how far the figures can be trusted. */
export function summary(report: Report, wording: Wording): Block[] {
  const { sentences, actions, coverage, week } = report;
  const hours =
    week.hours === week.previous.hours
      ? ""
      : `This week has ${wording.count(week.hours)} hours, the week before ${wording.count(week.previous.hours)}: changes are per hour. `;
  return [
    ...(sentences.length > 0 ? [{ kind: "list" as const, items: sentences }] : []),
    heading("What is asked of you"),
    actions.length > 0
      ? { kind: "list", items: actions, ordered: true }
      : paragraph("Nothing this week."),
    ...(report.sources.events > 0
      ? [{ kind: "tiles" as const, tiles: tiles(report, wording) }]
      : []),
    ...trend(report, wording),
    heading("How far this report sees"),
    paragraph(coverageText(report, wording)),
    ...(coverage.gaps.length > 0 ? [paragraph(gapText(report, wording), "strong")] : []),
    ...(hours === "" ? [] : [paragraph(hours.trim(), "muted")]),
  ];
}

/** One point is no trend. */
function trend(report: Report, wording: Wording): Block[] {
  const known = report.trend.filter((point) => point.value !== null).length;
  if (known < 2) {
    return [paragraph("There is no trend to show yet: too few weeks have data.", "muted")];
  }
  const title = "Failed logins, eight weeks";
  return [{ kind: "charts", charts: [{ title, scene: trendScene(report, wording) }] }];
}

function tiles(report: Report, wording: Wording): Tile[] {
  const shown: [FigureId, string][] = [
    ["logins_worked", "Logins that worked"],
    ["logins_failed", "Logins that failed"],
    ["alerts_all", "Alerts"],
    ["http_5xx", "Server errors"],
  ];
  return shown.flatMap(([id, label]) => {
    const figure = figureOf(report, id);
    if (!figure) return [];
    const note =
      figure.previous === null
        ? "nothing to compare with yet"
        : figure.change === null
          ? `${wording.count(figure.previous)} the week before`
          : `${wording.change(figure.change)} (${wording.count(figure.previous)})`;
    return [{ label, value: figureText(figure.value, figure.unit, wording), note }];
  });
}

function coverageText({ coverage, sources, week }: Report, wording: Wording): string {
  const { sources_expected: expected, sources_seen: seen, sources_percent: percent } = coverage;
  const first =
    percent === null
      ? "No source is configured."
      : `Sources: ${wording.count(seen)} of ${wording.count(expected)} expected ${plural(expected, "source")} sent events (${wording.percent(percent)}).`;
  const rules =
    coverage.rules_percent === null
      ? "How much of the time the rules have judged is not known."
      : `Rules: ${wording.percent(coverage.rules_percent)} of the time was judged.`;
  const lines = `${wording.count(sources.events)} log events were read, ${wording.count(sources.unparsed)} of them not understood.`;
  const begins =
    coverage.begins === null
      ? ""
      : ` The logs begin on ${wording.dateTime(coverage.begins)}: nothing is known of the time before.`;
  const until = week.so_far ? " Changes hold against the same part of the week before." : "";
  return `${first} ${rules} ${lines}${begins}${until}`;
}

function gapText({ coverage }: Report, { count, dateTime }: Wording): string {
  const list = coverage.gaps
    .slice(0, 3)
    .map((gap) => `${dateTime(gap.from)} to ${dateTime(gap.to)} (${count(gap.hours)} h)`);
  const more = coverage.gaps.length - list.length;
  return `Gap in the data: ${list.join("; ")}${more > 0 ? `; and ${count(more)} more` : ""}.`;
}
