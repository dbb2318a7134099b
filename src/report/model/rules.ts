import type { Level } from "../../model/alert.ts";

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
