export const levels = ["informational", "low", "medium", "high", "critical"] as const;

/** Sigma's words for how bad it is. */
export type Level = (typeof levels)[number];

/** `event.severity` and `event.risk_score` of a level: Elastic Security's own numbers. */
export const severityOf = {
  informational: 1,
  low: 21,
  medium: 47,
  high: 73,
  critical: 99,
} as const satisfies Record<Level, number>;

/** Where an episode stands by the events alone. */
export type AlertState = "pending" | "active" | "recovering" | "recovered";

/** Where people stand with it. */
export type Workflow = "open" | "acknowledged" | "closed";

/** The value of a `group_by` field. */
export type GroupValue = string | number | boolean;

/**
 * How much of the past a statistical finding is held against: none of it (a fixed limit), how counts follow what they go
 * along with, the usual hours of a day, and of a week.
 */
export type Rung = "static" | "scale" | "daily" | "weekly";

/** What was usual for the window with the largest count. */
export interface Expected {
  /** Left out where nothing has been learnt yet. */
  count?: number;
  rung: Rung;
}

/** What one rule found of one group in a row of qualifying windows: one incident. Times are ISO 8601 UTC. */
export interface Alert {
  /** hash(rule, group, first window): the document's `_id` in `leafwatch-alerts-<namespace>`. */
  id: string;
  rule: {
    id: string;
    hash: string;
    /** What the rule is called, without placeholders; left out: the title. */
    name?: string;
    /** The template as the operator wrote it; placeholders name fields of `group` or keys of `figures`. */
    title: string;
    level: Level;
    kind: string;
    attack: string[];
    /** Words of the operator by which alerts are routed to people. */
    tags?: string[];
    respond?: string;
  };
  /** `rule.title` filled in. Holds log text: hostile. */
  summary: string;
  /** The values of `group_by`, by ECS field name; empty for a rule without groups. */
  group: Record<string, GroupValue>;
  /** Numbers that a title may name: `count`, `threshold`, `distinct.<field>`. */
  figures: Record<string, number>;
  state: AlertState;
  workflow: Workflow;
  /** The largest count in one window, recomputed and never added to. A share between 0 and 1 for `ratio`. */
  count: number;
  threshold: number;
  /** Only of rules that learn what is usual; `threshold` is then the limit of that window. */
  expected?: Expected;
  /** Milliseconds of the rule's window. */
  within: number;
  /** First and last event in any qualifying window. */
  first_seen: string;
  last_seen: string;
  /** When a watcher raised it, by the clock of judging. */
  opened_at: string;
  recovered_at?: string;
  /** True when it was found long after the fact (downtime, back-fill). */
  late: boolean;
  /** True when it has come back three times or more. */
  flapping: boolean;
  /** Number of transitions so far. */
  transitions: number;
  /** Counts the changes that a watcher made to it. */
  revision?: number;
  acknowledged?: WorkflowNote;
  closed?: WorkflowNote;
  snoozed_until?: string;
  /** Everything that people did with it, in order. */
  workflow_log?: WorkflowStep[];
  /** The mute or the rule that keeps its mails back. */
  muted_by?: string;
  /** The alert in which this one was found to be a part; such an alert is left out of lists. */
  merged_into?: string;
  /** True when late events showed that it never was; left out of lists too. */
  withdrawn?: boolean;
  evidence: Evidence;
}

/** Who did something with an alert, when and why. */
export interface WorkflowNote {
  at: string;
  by: string;
  note?: string;
}

/** One thing that somebody did with an alert. */
export interface WorkflowStep extends WorkflowNote {
  action: "acknowledged" | "snoozed" | "closed";
  until?: string;
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

/** True for what an operator counts as an alert: raised, and neither part of another nor shown never to have been. */
export const isRaised = ({
  state,
  merged_into,
  withdrawn,
}: Pick<Alert, "state" | "merged_into" | "withdrawn">) =>
  state !== "pending" && merged_into === undefined && !withdrawn;
