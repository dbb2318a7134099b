import { columns, heading, paragraph, table, type Block } from "../blocks.ts";
import type { Report } from "../model.ts";
import type { RuleRow } from "../model/rules.ts";
import type { SourceRow } from "../model/sources.ts";
import { unknown, type Wording } from "../wording.ts";

/** Where the data came from, how late, and what the rules did with it. */
export function sources({ sources: all, rules }: Report, wording: Wording): Block[] {
  const { count } = wording;
  const mails = rules.mails;
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
    heading("Rules and mails"),
    table(
      columns(
        "Rule*2.2",
        "Level",
        "Alerts*0.7>",
        "Judged*0.9>",
        "Failed searches*1.2>",
        "False*0.7>",
        "Promised a week*1.2>",
      ),
      rules.rows.map((row) => ruleRow(row, wording)),
      "No rule is configured.",
    ),
    paragraph(
      mails === null
        ? "What became of the mails is not known here."
        : `Mails: ${count(mails.sent)} sent, ${count(rules.retried)} tried more than once, ${count(mails.waiting)} waiting, ${count(mails.dead)} given up.`,
    ),
    paragraph(
      "False: alerts that were closed with a note that begins with “false”. Promised: what the rule's budget of false alerts allows.",
      "muted",
    ),
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

function ruleRow(row: RuleRow, { count, percent }: Wording): string[] {
  return [
    row.id,
    row.level,
    count(row.alerts),
    percent(row.coverage_percent),
    count(row.failures),
    count(row.false_alerts),
    count(row.promised_per_week),
  ];
}
