export type Level = "informational" | "low" | "medium" | "high" | "critical";

/** Where an episode stands by the events alone. */
export type AlertState = "pending" | "active" | "recovering" | "recovered";

/** Where people stand with it. */
export type Workflow = "open" | "acknowledged" | "closed";

/** What one rule found of one group in a row of qualifying windows: one incident. Times are ISO 8601 UTC. */
export interface Alert {
  /** hash(rule, group, first window): the document's `_id` in `leafwatch-alerts-<namespace>`. */
  id: string;
  rule: {
    id: string;
    hash: string;
    title: string;
    level: Level;
    kind: string;
    attack: string[];
    respond?: string;
  };
  /** The values of `group_by`, by ECS field name; empty for a rule without groups. */
  group: Record<string, string>;
  state: AlertState;
  workflow: Workflow;
  /** The largest count in one window, recomputed and never added to. */
  count: number;
  threshold: number;
  /** Milliseconds of the rule's window. */
  within: number;
  first_seen: string;
  last_seen: string;
  opened_at: string;
  recovered_at?: string;
  /** True when it was found long after the fact (downtime, back-fill). */
  late: boolean;
  /** Number of transitions so far. */
  transitions: number;
  evidence: Evidence;
}

/** What a reader needs to believe it. Log text: hostile, to be shown only through lib/visible.ts. */
export interface Evidence {
  /** Most frequent values of the `show` fields and the usual ones: field -> value and count, largest first. */
  top: Record<string, { value: string; count: number }[]>;
  /** At most five raw lines with their ids, oldest first. */
  lines: { id: string; index: string; timestamp: string; host: string; original: string }[];
}

/** A step in an alert's life that people are told of. */
export type Transition = "active" | "repeat" | "recovered";
