import type { Alert, Transition } from "./alert.ts";

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
