import { columns, heading, link, paragraph, table, type Block } from "../blocks.ts";
import type { Report } from "../model.ts";
import type { Figure } from "../model/figures.ts";
import type { Wording } from "../wording.ts";

/** Every key figure against the week before and the median of eight. */
export function figures(report: Report, wording: Wording): Block[] {
  const rows = report.figures.map(({ label, unit, value, previous, median, ...figure }) => {
    const change = unit === "percent" ? ("points" as const) : ("percent" as const);
    return [
      label,
      figureText(value, unit, wording),
      figureText(previous, unit, wording),
      wording.change(figure.change, change),
      figureText(median, unit, wording),
      wording.change(figure.change_from_median, change),
    ];
  });
  const so = report.week.so_far ? "The week before is counted up to the same time. " : "";
  return [
    heading("Key figures"),
    table(
      columns(
        "Figure*2.3",
        "This week*0.9>",
        "Week before>",
        "Change>",
        "Median of 8*1.05>",
        "Change>",
      ),
      rows,
    ),
    paragraph(`${so}A dash means that there is nothing to count or to compare with.`, "muted"),
    ...link("The overview of this week in Kibana", report.links?.overview),
  ];
}

/** A figure's value with its unit. */
export function figureText(value: number | null, unit: Figure["unit"], wording: Wording): string {
  if (unit === "percent") return wording.percent(value);
  return unit === "seconds" ? wording.seconds(value) : wording.count(value);
}
