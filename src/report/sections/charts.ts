import { heading, paragraph, type Block } from "../blocks.ts";
import { activityScene, alertsScene, fullWidth, halfWidth, httpScene } from "../charts.ts";
import type { Report } from "../model.ts";
import type { Wording } from "../wording.ts";

/** The week's shape. Where a number does, there is no chart. */
export function charts(report: Report, wording: Wording): Block[] {
  const { activity, incidents, days } = report;
  const errors = days.some((day) => Object.values(day.http).some((value) => value > 0));
  const several = incidents.total > 1;
  const width = several && errors ? halfWidth : fullWidth;
  const pair = [
    ...(several ? [{ title: "Alerts by level", scene: alertsScene(report, wording, width) }] : []),
    ...(errors
      ? [{ title: "HTTP errors by status", scene: httpScene(report, wording, width) }]
      : []),
  ];
  const words = [
    ...(activity.total === 0 ? ["There were no logins."] : []),
    ...(incidents.total === 0 ? ["There were no alerts."] : []),
    ...(incidents.total === 1 ? ["There was one alert."] : []),
    ...(errors ? [] : ["There were no HTTP errors."]),
  ];
  return [
    heading("The shape of the week"),
    ...(words.length > 0 ? [paragraph(words.join(" "))] : []),
    ...(activity.total > 0
      ? [
          {
            kind: "charts" as const,
            charts: [{ title: "When people log in", scene: activityScene(report, wording) }],
          },
        ]
      : []),
    ...(pair.length > 0 ? [{ kind: "charts" as const, charts: pair }] : []),
  ];
}
