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
