import type { Level } from "../../model/alert.ts";

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
