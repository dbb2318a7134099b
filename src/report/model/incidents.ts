import type { Level } from "../../model/alert.ts";

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
  /** What was usual at that time, where the rule learns it. */
  readonly usual: number | null;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly opened_at: string;
  readonly age_hours: number;
  readonly late: boolean;
  readonly acknowledged_by: string | null;
  /** Where its events are to be seen. */
  readonly link: string | null;
  readonly group: Readonly<Record<string, string>>;
  readonly steps: readonly { readonly at: string; readonly what: string }[];
  /** Most frequent values of a field, largest first. */
  readonly evidence: readonly {
    readonly field: string;
    readonly values: readonly { readonly value: string; readonly count: number }[];
  }[];
  readonly lines: readonly { readonly at: string; readonly host: string; readonly text: string }[];
}
