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
