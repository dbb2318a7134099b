import type { Alert } from "../model/alert.ts";
import type { Links } from "./model.ts";
import type { Interval } from "./week.ts";

/** Where a reader can look closer; commands/ hands in those of Kibana. */
export interface ReportLinks {
  /** A dashboard, with time and filter filled in. */
  dashboard(board: Board, view: Interval & { filters?: Readonly<Record<string, string>> }): string;
  /** The events of an alert. */
  alert(alert: Alert): string;
}

type Board =
  | "leafwatch-overview"
  | "leafwatch-logins"
  | "leafwatch-web"
  | "leafwatch-alerts"
  | "leafwatch-pipeline";

/** The dashboards of the week. */
export function linksOf(links: ReportLinks | undefined, week: Interval): Links | null {
  if (!links) return null;
  const board = (name: Board) => links.dashboard(name, week);
  return {
    overview: board("leafwatch-overview"),
    logins: board("leafwatch-logins"),
    web: board("leafwatch-web"),
    alerts: board("leafwatch-alerts"),
    sources: board("leafwatch-pipeline"),
  };
}

/** The dashboard that says more of one of the values of a field. */
const boardOf = {
  "source.ip": "leafwatch-overview",
  "host.name": "leafwatch-overview",
  "user.name": "leafwatch-logins",
  "url.path": "leafwatch-web",
} as const satisfies Record<string, Board>;

export type LinkedField = keyof typeof boardOf;

/** The week of one value; an address of the length that a very long name makes is of no use to anyone. */
export function linkTo(
  links: ReportLinks | undefined,
  week: Interval,
  field: LinkedField,
  value: string,
): string | null {
  if (!links || value.length > longest) return null;
  return links.dashboard(boardOf[field], { ...week, filters: { [field]: value } });
}

const longest = 200;
