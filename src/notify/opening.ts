import type { Level, Transition } from "../model/alert.ts";
import type { Notification } from "../model/notification.ts";
import { levelWord } from "./subject.ts";
import { count, percent, when } from "./when.ts";

/** What a reader was last told of the same alert. */
export interface Before {
  level: Level;
  transition: Transition;
  count: number;
  /** ISO 8601. */
  at: string;
}

/** From this growth on it is what a reader wants to know first; a watcher repeats at once from here on too. */
const muchMore = 10;

/** The first words of a message; empty for a plain first one. */
export function openingOf({ alert, transition }: Notification, change: string | undefined): string {
  if (transition === "recovered") return "It is over. These were its figures at their worst.";
  if (change !== undefined) return change;
  if (transition === "repeat") return "It still goes on.";
  return alert.late ? "It was found after the fact." : "";
}

/** What has changed since the last message: a level that rose, a figure that grew tenfold, that it is back. */
export function changeOf(
  { alert, transition, at }: Notification,
  before: Before | undefined,
  timezone: string,
): string | undefined {
  if (!before || transition === "recovered") return undefined;
  if (before.level !== alert.rule.level) {
    const [was, now] = [levelWord(before.level), levelWord(alert.rule.level)];
    return `Was ${was}, now ${now}: since ${when(at, timezone)}.`;
  }
  const last = when(before.at, timezone);
  if (before.transition === "recovered") return `It is back. It was over on ${last}.`;
  if (before.count <= 0 || alert.count < muchMore * before.count) return undefined;
  const figure = alert.rule.kind === "ratio" ? percent : count;
  return `It has grown from ${figure(before.count)} to ${figure(alert.count)} since ${last}.`;
}
