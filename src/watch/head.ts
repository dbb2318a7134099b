import { createHash } from "node:crypto";
import type { AlertState, Level, Transition } from "../model/alert.ts";
import type { Group } from "./events.ts";
import type { Span } from "./rule.ts";

/**
 * What is known of one group of one rule: the one document that decides (changed only if unchanged). Alert documents,
 * transitions and outbox rows follow from it and can be written again from it at any time.
 */
export interface Head {
  rule: string;
  group: Group;
  /** Episodes that later events can still touch, by time. */
  episodes: Episode[];
  /** Where a late event may undo a span: up to where the spans were judged when they last changed. */
  judgedTo?: number;
  /**
   * There too: event time that is judged once more when the cursor is past it. A watcher may have looked at the events
   * long before it wrote what it saw, and a late event in between found nothing to undo.
   */
  unsure?: { from: number; to: number };
}

/** One incident: qualifying windows with at most 24 h between them. Times are epoch milliseconds. */
export interface Episode {
  /** Made of the start first found; stays when late events move the start. */
  id: string;
  spans: Span[];
  first: number;
  last: number;
  count: number;
  state: AlertState;
  /** Never active so far: pending until this event time, when the window is over that may make it so. No spans yet. */
  waiting?: number;
  /** By the clock of judging. */
  openedAt: number;
  recoveredAt?: number;
  late: boolean;
  reopened: number;
  /** Event time up to which the transitions have told its story. */
  toldUntil: number;
  /** Number of transitions so far. */
  transitions: number;
  /** Counts changes: an alert document of an older revision is behind. */
  revision: number;
  /** The revision that its alert document is known to have. */
  written: number;
  /** Transitions that may not be written yet. */
  pending: Step[];
  mail: Mailed;
  mutedBy?: string;
  mergedInto?: string;
}

/** What people were mailed of an episode. */
export interface Mailed {
  /** An active mail went out for the present opening. */
  active: boolean;
  /** By the clock of judging. */
  at?: number;
  repeats: number;
  count: number;
  level: Level;
}

/**
 * What happened in an episode's life. `lapsed`: it was pending and became nothing. `withdrawn`: late events showed that
 * it never was.
 */
export type StepName =
  | "pending"
  | "lapsed"
  | "active"
  | "recovering"
  | "returned"
  | "recovered"
  | "reopened"
  | "repeat"
  | "unmuted"
  | "merged"
  | "rule-removed"
  | "withdrawn";

export interface Step {
  number: number;
  name: StepName;
  /** Epoch milliseconds: event time for recoveries, else the clock of judging. */
  at: number;
  tell?: Transition;
}

/** True when something that follows from the head may not be written. */
export const isUnwritten = (head: Head) =>
  head.episodes.some(({ written, revision, pending }) => written < revision || pending.length > 0);

/** True when somebody must look at the head again: an incident is not over, or something may not be written. */
export const isOpen = (head: Head) =>
  isUnwritten(head) ||
  head.unsure !== undefined ||
  head.episodes.some(({ state }) => state !== "recovered");

/** `_id` of an alert: the start first found of a group's windows. */
export const alertId = (rule: string, group: Group, first: number) =>
  digest(["alert", rule, group, first]);

/** `_id` of the head of a group. */
export const headId = (rule: string, group: Group) => digest(["head", rule, group]);

/** `_id` of the `number`th transition of an alert. */
export const transitionId = (alert: string, number: number | string) =>
  digest(["transition", alert, number]);

const digest = (parts: readonly unknown[]) =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 24);
