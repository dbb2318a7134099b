import { columns, heading, link, paragraph, table, type Block } from "../blocks.ts";
import type { Report } from "../model.ts";
import type { Mails, Rules } from "../model/rules.ts";
import type { SourceRow } from "../model/sources.ts";
import { plural, unknown, type Wording } from "../wording.ts";

/** Where the data came from, how late, and what the rules did with it. */
export function sources({ sources: all, rules, links }: Report, wording: Wording): Block[] {
  const { count } = wording;
  return [
    heading("Sources"),
    table(
      columns(
        "Host*1.3",
        "Source*1.5",
        "Events>",
        "Longest silence*1.2>",
        "Delay p50>",
        "Delay p95>",
        "Not parsed>",
      ),
      all.rows.map((row) => sourceRow(row, wording)),
      "No source is configured, and none was seen.",
    ),
    paragraph(
      `Lines not understood: ${count(all.unparsed)}. Events refused by Elasticsearch (dead letters): ${count(all.dead_letters)}. ` +
        `Bytes lost before they could be read: ${count(all.gap_bytes)}. ` +
        `Events whose host's clock was ahead of ours: ${count(all.clock_ahead)}.`,
    ),
    ...link("The sources of this week in Kibana", links?.sources),
    ...ruleBlocks(rules, wording),
    ...mailBlocks(rules.mails, wording),
  ];
}

function sourceRow(row: SourceRow, { count, seconds }: Wording): string[] {
  const delay = (ms: number | null) => (ms === null ? unknown : seconds(ms / 1000));
  return [
    row.host,
    row.expected ? row.dataset : `${row.dataset} (not configured)`,
    row.events === 0 ? "0: nothing came" : count(row.events),
    row.silent_hours === null ? unknown : `${count(row.silent_hours)} h`,
    delay(row.delay_p50_ms),
    delay(row.delay_p95_ms),
    count(row.unparsed),
  ];
}

const meaning =
  "Failed passes: how often a rule could not be judged when it was due; it goes on where it stopped. " +
  "False: alerts that were closed with a note that begins with “false”.";
const promiseMeaning = " Promised: what the rule's budget of false alerts allows.";

function ruleBlocks({ rows }: Rules, wording: Wording): Block[] {
  const { count, percent } = wording;
  // A column of dashes says nothing: without a budget there is no promise.
  const promises = rows.some((row) => row.promised_per_week !== null);
  return [
    heading("Rules and mails"),
    table(
      columns(
        "Rule*2.6",
        "Level*1.1",
        "Alerts*0.7>",
        "Judged*0.9>",
        "Failed passes*1.1>",
        "False*0.7>",
        ...(promises ? ["Promised a week*1.2>"] : []),
      ),
      rows.map((row) => [
        row.title,
        row.level,
        count(row.alerts),
        percent(row.coverage_percent),
        count(row.failures),
        count(row.false_alerts),
        ...(promises ? [count(row.promised_per_week)] : []),
      ]),
      "No rule is configured.",
    ),
    ...(rows.length > 0 ? [paragraph(meaning + (promises ? promiseMeaning : ""), "muted")] : []),
  ];
}

function mailBlocks(mails: Mails | null, { count, dateTime }: Wording): Block[] {
  if (mails === null) return [paragraph("What became of the mails is not known here.")];
  const { sent, retried, waiting, dead, undelivered, refused } = mails;
  return [
    paragraph(
      `Mails of the week: ${count(sent)} sent, ${count(waiting)} waiting, ${count(dead)} given up; ` +
        `${count(retried)} needed more than one try.`,
    ),
    ...(refused.length === 0
      ? []
      : [
          heading("Mails that somebody will not get", 3),
          paragraph(
            `${count(undelivered)} ${plural(undelivered, "message")}; the latest, by address:`,
          ),
          table(
            columns("When*1.3", "Address*2.2", "About*1.8", "What the server said*3"),
            refused.map((one) => [
              dateTime(one.at),
              one.address,
              one.rule ?? "no rule",
              one.answer,
            ]),
          ),
        ]),
  ];
}
