import type { Level } from "../model/alert.ts";
import type { SectionName } from "./options.ts";

/**
 * Everything a report shows, as plain JSON: times are ISO 8601 UTC, `null` means that it is not known. PDF, HTML and
 * mail are drawn from it alone, and the PDF carries it as `report.json`.
 */
export interface Report {
  readonly version: 1;
  readonly generated_at: string;
  readonly namespace: string;
  readonly language: string;
  readonly sections: readonly SectionName[];
  readonly pseudonyms: boolean;
  readonly week: ReportWeek;
  readonly verdict: { readonly word: Verdict; readonly reason: string };
  readonly sentences: readonly string[];
  readonly actions: readonly string[];
  readonly coverage: Coverage;
  readonly figures: readonly Figure[];
  readonly trend: readonly TrendPoint[];
  readonly activity: Activity;
  readonly days: readonly Day[];
  readonly top: Tops;
  readonly incidents: Incidents;
  readonly check_in: CheckIn | null;
  readonly sources: Sources;
  readonly rules: Rules;
  readonly changes: Changes;
  readonly recommendations: readonly Recommendation[];
  readonly checks: readonly SumCheck[];
}

export type Verdict = "calm" | "attention" | "act now" | "no data";

export interface ReportWeek {
  /** `2026-W47` */
  readonly id: string;
  readonly timezone: string;
  readonly from: string;
  /** Where the week ends. */
  readonly to: string;
  /** Where the figures end: `to`, or the report's own time while the week is running. */
  readonly until: string;
  readonly so_far: boolean;
  /** Hours from `from` to `until`: 168 in a whole week, 167 or 169 where the clock changes. */
  readonly hours: number;
  readonly previous: { readonly from: string; readonly to: string; readonly hours: number };
}

export interface Coverage {
  readonly sources_expected: number;
  readonly sources_seen: number;
  /** null: no source is configured or known. */
  readonly sources_percent: number | null;
  /** Judged time of all rules ÷ elapsed time; null: nothing is known of it. */
  readonly rules_percent: number | null;
  /** When the first event of all came, where that was in this week: nothing is known before. */
  readonly begins: string | null;
  /** Stretches in which no event of any source arrived though one was to be expected. */
  readonly gaps: readonly { readonly from: string; readonly to: string; readonly hours: number }[];
}

export interface Figure {
  readonly id: FigureId;
  readonly label: string;
  readonly unit: "count" | "percent" | "seconds";
  readonly value: number | null;
  /** The week before, over the same part of it. */
  readonly previous: number | null;
  /** Median of up to eight weeks before. */
  readonly median: number | null;
  /** Change against `previous`: percent, or percentage points where the unit is percent. */
  readonly change: number | null;
  readonly change_from_median: number | null;
}

export type FigureId =
  | "logins_worked"
  | "logins_failed"
  | "failure_share"
  | "attackers"
  | `alerts_${Level | "all"}`
  | "time_to_detect"
  | "time_to_acknowledge"
  | "time_to_close"
  | "requests"
  | `http_${"401" | "404" | "5xx"}`
  | `http_${"401" | "404" | "5xx"}_share`
  | "hosts"
  | "events";

/** Failed logins of one week with what was to be expected from the weeks before it. */
export interface TrendPoint {
  readonly week: string;
  readonly value: number | null;
  readonly expected: { readonly low: number; readonly high: number } | null;
}

export interface Activity {
  /** `counts[weekday][hour]`, Monday first; null: that hour has not come yet or did not exist. */
  readonly counts: readonly (readonly (number | null)[])[];
  readonly total: number;
}

export interface Day {
  /** `2026-11-16` */
  readonly date: string;
  readonly alerts: Readonly<Record<Level, number>>;
  readonly http: Readonly<Record<HttpErrorClass, number>>;
}

export type HttpErrorClass = "401" | "403" | "404" | "other 4xx" | "5xx";

export interface Tops {
  readonly addresses: TopList<AddressRow>;
  readonly users: TopList<TopRow>;
  readonly hosts: TopList<TopRow>;
  readonly urls: TopList<TopRow>;
}

export interface TopList<Row> {
  readonly rows: readonly Row[];
  /** How many there are beyond the ten shown, and what they count. */
  readonly others: number;
  readonly others_value: number;
}

export interface TopRow {
  readonly name: string;
  readonly value: number;
  readonly previous: number | null;
}

export interface AddressRow extends TopRow {
  readonly failed_logins: number;
  readonly http_errors: number;
  readonly country: string | null;
  readonly first_seen: string;
  readonly new: boolean;
}

export interface Incidents {
  /** Alerts that opened in the week, by level; their sum is `total`. */
  readonly by_level: Readonly<Record<Level, number>>;
  readonly total: number;
  /** In detail, the most serious first; `total` may be larger. */
  readonly shown: readonly Incident[];
  /** Still open from the weeks before, the oldest first. */
  readonly carried: readonly Incident[];
  readonly carried_total: number;
}

export interface Incident {
  readonly id: string;
  readonly rule: string;
  readonly title: string;
  readonly level: Level;
  readonly state: string;
  readonly workflow: string;
  readonly count: number;
  readonly threshold: number;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly opened_at: string;
  readonly age_hours: number;
  readonly late: boolean;
  readonly acknowledged_by: string | null;
  readonly group: Readonly<Record<string, string>>;
  readonly steps: readonly { readonly at: string; readonly what: string }[];
  /** Most frequent values of a field, largest first. */
  readonly evidence: readonly {
    readonly field: string;
    readonly values: readonly { readonly value: string; readonly count: number }[];
  }[];
  readonly lines: readonly { readonly at: string; readonly host: string; readonly text: string }[];
}

export interface CheckIn {
  /** `2026-11-19`; null: the day of this week has not come yet. */
  readonly date: string | null;
  readonly weekday: number;
  readonly from: string;
  readonly to: string;
  readonly members: number;
  readonly previous_members: number | null;
  readonly check_ins: number;
  readonly first: string | null;
  readonly last: string | null;
  readonly busiest: { readonly hour: string; readonly check_ins: number } | null;
  readonly hours: readonly { readonly hour: string; readonly check_ins: number }[];
  /** undefined roster: null. */
  readonly roster: number | null;
  readonly missing: readonly { readonly member: string; readonly days: number }[];
  readonly missing_total: number;
  /** `days` counts no further back than this many check-in days. */
  readonly days_looked_back: number;
  readonly unknown_members: number | null;
  readonly struggled: readonly {
    readonly member: string;
    readonly failures: number;
    readonly first_success: string | null;
  }[];
}

export interface Sources {
  readonly rows: readonly SourceRow[];
  readonly unparsed: number;
  readonly dead_letters: number;
  readonly gap_bytes: number;
  /** Events whose stamp is not before their arrival: the clock of the host is ahead. */
  readonly clock_ahead: number;
  readonly events: number;
}

export interface SourceRow {
  readonly host: string;
  readonly dataset: string;
  readonly expected: boolean;
  readonly events: number;
  readonly last_event: string | null;
  /** Longest stretch of whole hours without an event; null where there was none at all. */
  readonly silent_hours: number | null;
  readonly delay_p50_ms: number | null;
  readonly delay_p95_ms: number | null;
  readonly unparsed: number;
  readonly clock_ahead: number;
}

export interface Rules {
  readonly rows: readonly RuleRow[];
  readonly mails: { readonly sent: number; readonly waiting: number; readonly dead: number } | null;
  readonly retried: number | null;
}

export interface RuleRow {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  readonly hash: string;
  readonly alerts: number;
  readonly coverage_percent: number | null;
  readonly failures: number | null;
  /** Why alerts of this rule were closed as false, a week; and what its budget promises. */
  readonly false_alerts: number;
  readonly promised_per_week: number | null;
}

export interface Changes {
  readonly rules: readonly {
    readonly rule: string;
    readonly what: "new" | "changed" | "removed";
  }[];
  /** null: no earlier report knows the rules. */
  readonly since: string | null;
  readonly ending: readonly {
    readonly what: "exception" | "mute";
    readonly of: string;
    readonly why: string;
    readonly owner: string;
    readonly until: string;
  }[];
}

export interface Recommendation {
  readonly rule: string;
  readonly text: string;
  readonly evidence: string;
}

export interface SumCheck {
  readonly what: string;
  readonly whole: number;
  readonly parts: number;
}
