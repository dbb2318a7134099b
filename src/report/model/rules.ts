import type { Level } from "../../model/alert.ts";

export interface Rules {
  readonly rows: readonly RuleRow[];
  readonly mails: Mails | null;
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

/** What became of the messages that were written in the week, alerts and reports alike; null: not known. */
export interface Mails {
  readonly sent: number;
  /** Of all of them, those that needed more than one try. */
  readonly retried: number;
  readonly waiting: number;
  /** Reached nobody. */
  readonly dead: number;
  /** Messages that at least one of their addresses will not get: `dead` ones and those that reached others. */
  readonly undelivered: number;
  /** The latest of these, by address. */
  readonly refused: readonly {
    readonly at: string;
    readonly address: string;
    readonly answer: string;
    readonly rule: string | null;
  }[];
}

export interface Changes {
  readonly rules: readonly {
    readonly rule: string;
    readonly what: "new" | "changed" | "removed";
  }[];
  /** null: no earlier report knows the rules. */
  readonly since: string | null;
  /** All that kept the rules from speaking at some time of the week, the first to end first. */
  readonly in_force: readonly Exemption[];
}

/** Events that a rule leaves out, or alerts that are not mailed, until a day. */
export interface Exemption {
  readonly what: "exception" | "mute";
  /** The rule's id; of a mute also several, or `all rules`. */
  readonly of: string;
  readonly why: string;
  readonly owner: string;
  readonly until: string;
  /** `soon`: within two weeks after the week. */
  readonly ends: "ended" | "soon" | "later";
}
