import { columns, heading, link, paragraph, table, type Block } from "../blocks.ts";
import { levels } from "../../model/alert.ts";
import type { Report } from "../model.ts";
import type { Incident } from "../model/incidents.ts";
import { plural, type Wording } from "../wording.ts";

/** Each alert of the week with its time line and evidence, then those still open from before. */
export function incidents({ incidents: all, links }: Report, wording: Wording): Block[] {
  const { count } = wording;
  const parts = [...levels]
    .reverse()
    .filter((level) => all.by_level[level] > 0)
    .map((level) => `${count(all.by_level[level])} ${level}`);
  const hidden = all.total - all.shown.length;
  return [
    heading("Incidents"),
    paragraph(
      all.total === 0
        ? "No alert was raised this week."
        : `${count(all.total)} ${plural(all.total, "alert")}: ${parts.join(", ")}.` +
            (hidden > 0
              ? ` The ${count(all.shown.length)} most serious follow; the other ${count(hidden)} are in “alerts list”.`
              : ""),
    ),
    ...link("The alerts of this week in Kibana", all.total > 0 ? links?.alerts : null),
    ...all.shown.flatMap((incident) => detail(incident, wording)),
    ...carried(all, wording),
  ];
}

function detail(incident: Incident, wording: Wording): Block[] {
  const { count, dateTime } = wording;
  const { level, rule, workflow, state, late } = incident;
  const who = incident.acknowledged_by === null ? "" : ` by ${incident.acknowledged_by}`;
  const found = late ? " Found late: its events arrived long after the fact." : "";
  const evidence = incident.evidence
    .slice(0, 4)
    .map(({ field, values }) => [
      field,
      values.map((one) => `${one.value} (${count(one.count)})`).join(", "),
    ]);
  return [
    {
      kind: "heading",
      level: 3,
      text: `${level.toUpperCase()} · ${incident.title}`,
      together: true,
    },
    paragraph(
      `Rule ${rule}: ${count(incident.count)} against a limit of ${count(incident.threshold)}` +
        `${incident.usual === null ? "" : `, where ${count(incident.usual)} are usual`}. ` +
        `State: ${state}; ${workflow}${who}.${found}`,
    ),
    table(columns("When, which field*1.2", "What, most frequent values*4"), [
      ...incident.steps.map((step) => [dateTime(step.at), step.what]),
      ...evidence,
    ]),
    ...(incident.lines.length > 0
      ? [{ kind: "log" as const, lines: incident.lines.map((line) => line.text) }]
      : []),
    ...link("Its events in Kibana", incident.link),
  ];
}

function carried(
  { carried: open, carried_total: total }: Report["incidents"],
  wording: Wording,
): Block[] {
  if (total === 0) return [];
  const { count, date } = wording;
  const more = total - open.length;
  return [
    heading("Still open from earlier weeks", 3),
    table(
      columns("Alert*3.4", "Level", "Raised*1.5", "Age>", "State*1.3"),
      open.map((one) => {
        const days = Math.floor(one.age_hours / 24);
        return [
          one.title,
          one.level,
          date(one.opened_at),
          `${count(days)} ${plural(days, "day")}`,
          one.workflow,
        ];
      }),
      "None.",
      open.map((one) => one.link),
    ),
    ...(more > 0 ? [paragraph(`And ${count(more)} more, newer ones.`, "muted")] : []),
  ];
}
