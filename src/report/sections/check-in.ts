import { columns, heading, paragraph, table, type Block } from "../blocks.ts";
import { checkInScene } from "../charts.ts";
import type { Report } from "../model.ts";
import type { CheckIn } from "../model/check-in.ts";
import { plural, type Wording } from "../wording.ts";

/** The day on which members are expected to log in. */
export function checkIn(report: Report, wording: Wording): Block[] {
  const day = report.check_in;
  if (!day) return [];
  const name = wording.weekday(day.weekday, "long");
  const title = heading(`${name} check-in`);
  if (day.date === null) return [title, paragraph(`${name} of this week is still to come.`)];
  return [
    title,
    paragraph(sentence(day, wording)),
    ...(day.hours.length > 1
      ? [
          {
            kind: "charts" as const,
            charts: [{ title: "Check-ins by hour", scene: checkInScene(day, wording) }],
          },
        ]
      : []),
    ...missing(day, wording),
    ...struggled(day, wording),
  ];
}

function sentence(day: CheckIn, wording: Wording): string {
  const { count, time, date } = wording;
  const previous =
    day.previous_members === null ? "" : ` (${count(day.previous_members)} the week before)`;
  const when =
    day.first === null || day.last === null || !day.busiest
      ? ""
      : ` The first came at ${time(day.first)}, the last at ${time(day.last)}; the busiest hour began at ` +
        `${time(day.busiest.hour)} with ${count(day.busiest.check_ins)} ${plural(day.busiest.check_ins, "check-in")}.`;
  const guests =
    day.unknown_members === null || day.unknown_members === 0
      ? ""
      : ` ${count(day.unknown_members)} of them ${day.unknown_members === 1 ? "is" : "are"} not on the roster.`;
  return (
    `On ${date(`${day.date ?? ""}T12:00:00Z`)}, between ${day.from} and ${day.to}, ` +
    `${count(day.members)} ${plural(day.members, "member")} logged in${previous}, ` +
    `${count(day.check_ins)} ${plural(day.check_ins, "time")} in all.${when}${guests}`
  );
}

function missing(day: CheckIn, { count }: Wording): Block[] {
  if (day.roster === null) return [];
  const more = day.missing_total - day.missing.length;
  return [
    heading("Missing against the roster", 3),
    paragraph(
      `${count(day.missing_total)} of ${count(day.roster)} did not log in. “Days in a row” counts at most ${count(day.days_looked_back)} check-in days.`,
    ),
    table(
      columns("Member*4", "Check-in days in a row*1.6>"),
      day.missing.map((one) => [one.member, count(one.days)]),
      "Nobody is missing.",
    ),
    ...(more > 0 ? [paragraph(`And ${count(more)} more.`, "muted")] : []),
  ];
}

function struggled(day: CheckIn, { count, time }: Wording): Block[] {
  return [
    heading("Who struggled", 3),
    table(
      columns("Member*3", "Failures before success*1.6>", "Logged in at*1.2>"),
      day.struggled.map((one) => [
        one.member,
        count(one.failures),
        one.first_success === null ? "not at all" : time(one.first_success),
      ]),
      "Nobody failed three times or more before the first check-in.",
    ),
  ];
}
