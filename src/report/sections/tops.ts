import { columns, heading, link, paragraph, table, type Block } from "../blocks.ts";
import type { Report } from "../model.ts";
import type { TopList, TopRow } from "../model/tops.ts";
import { plural, unknown, type Wording } from "../wording.ts";

/** The ten largest of each kind. */
export function tops({ top, links }: Report, wording: Wording): Block[] {
  const { count, date } = wording;
  return [
    heading("Top ten"),
    heading("Addresses that were refused most", 3),
    table(
      columns(
        "Address*1.7",
        "Country*0.8",
        "Refused*0.8>",
        "Week before>",
        "Change>",
        "Failed logins>",
        "HTTP errors>",
        "First seen*1.6",
      ),
      top.addresses.rows.map((row) => [
        row.name,
        row.country ?? unknown,
        count(row.value),
        count(row.previous),
        changeText(row, wording),
        count(row.failed_logins),
        count(row.http_errors),
        row.new ? "new this week" : date(row.first_seen),
      ]),
      "None.",
      top.addresses.rows.map((row) => row.link),
    ),
    ...others(top.addresses, "address", "addresses", wording),
    heading("Users with most failed logins", 3),
    ...simple(top.users, "User", "Failed logins", wording),
    ...others(top.users, "user", "users", wording),
    heading("Hosts with most events", 3),
    ...simple(top.hosts, "Host", "Events", wording),
    ...others(top.hosts, "host", "hosts", wording),
    heading("URLs with most HTTP errors", 3),
    ...simple(top.urls, "Path", "Errors", wording),
    ...others(top.urls, "path", "paths", wording),
    ...link("The logins of this week in Kibana", links?.logins),
    ...link("The web traffic of this week in Kibana", links?.web),
  ];
}

function simple(list: TopList<TopRow>, name: string, value: string, wording: Wording): Block[] {
  const { count } = wording;
  return [
    table(
      columns(`${name}*4`, `${value}*1.1>`, "Week before*1.1>", "Change*1.1>"),
      list.rows.map((row) => [
        row.name,
        count(row.value),
        count(row.previous),
        changeText(row, wording),
      ]),
      "None.",
      list.rows.map((row) => row.link),
    ),
  ];
}

function changeText({ previous, change }: TopRow, wording: Wording): string {
  // A percentage of nothing is none, and new it need not be: only the week before was without.
  return previous === 0 ? "from none" : wording.change(change);
}

function others(
  { others, others_value }: TopList<TopRow>,
  one: string,
  many: string,
  { count }: Wording,
): Block[] {
  if (others === 0) return [];
  const text = `And ${count(others)} more ${plural(others, one, many)} with ${count(others_value)} in all.`;
  return [paragraph(text, "muted")];
}
