import type { Alert, Level, Transition } from "./alert.ts";

/** One thing to tell one set of people: what a watcher hands to the outbox. */
export interface Notification {
  alert: Alert;
  transition: Transition;
  /** Position in the alert's life (`alert.transitions` when it happened): with alert and recipients it names the row. */
  number: number;
  /** Names of `notify.recipients` in the config. */
  to: readonly string[];
  /** When it happened by the clock of judging, ISO 8601. */
  at: string;
}

/** Writes the notification's row, once however often it is called with the same one. */
export type Enqueue = (notification: Notification, signal: AbortSignal) => Promise<void>;

/** What stood around an alert: how its group behaved before. */
export interface History {
  /** What is counted, in words of ours: `failed logins from 203.0.113.5`. */
  what: string;
  /** Events of the group in each hour up to the alert, oldest first; `at` is ISO 8601 UTC. */
  hours: { at: string; count: number }[];
  /** The same for each local day of the last thirty. */
  days: { at: string; count: number }[];
}

/** Asks for an alert's history as it stood at `at`; undefined when there is none to tell. */
export type AskHistory = (
  alert: Alert,
  at: string,
  signal: AbortSignal,
) => Promise<History | undefined>;

/** Something wrong with Leafwatch itself, or with what it depends on, that an operator must know. */
export interface Problem {
  /** Names it for as long as it lasts, e.g. `rule-failing:ssh-bruteforce`: it is told once and once more when over. */
  key: string;
  level: Level;
  /** One line without log text: it becomes a subject. */
  title: string;
  /** What is wrong and what to do, in sentences. May hold foreign text. */
  detail: string;
}
