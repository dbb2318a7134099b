import type { SectionName } from "./options.ts";
import type { CheckIn } from "./model/check-in.ts";
import type { Activity, Day, Figure, TrendPoint } from "./model/figures.ts";
import type { Incidents } from "./model/incidents.ts";
import type { Changes, Rules } from "./model/rules.ts";
import type { Coverage, Sources } from "./model/sources.ts";
import type { Tops } from "./model/tops.ts";

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
  /** Dashboards of the week; null: none are configured. */
  readonly links: Links | null;
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

export interface Links {
  readonly overview: string;
  readonly logins: string;
  readonly web: string;
  readonly alerts: string;
  readonly sources: string;
}

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
