import { levels, type Level, type Transition } from "../model/alert.ts";
import type { DigestReason, Entry } from "./message.ts";
import { amount, shortWhen } from "./when.ts";

/** What a message about several alerts says: the one model behind its text and its HTML. */
export interface Digest {
  readonly title: string;
  /** Why they share a message. */
  readonly reason: string;
  /** `3 new, 1 still going on, 2 over.` */
  readonly summary: string;
  /** The worst level first; none is empty. */
  readonly groups: readonly { level: Level; rows: readonly DigestRow[] }[];
}

/** One alert of a digest. */
export interface DigestRow {
  readonly title: string;
  readonly lead: string;
  /** From when to when, in the readers' zone. */
  readonly span: string;
  readonly id: string;
  readonly link?: string;
}

/** More links than this would make a mail so long that mail programs show only its beginning. */
const mostLinks = 40;

/** Puts several alerts into words. */
export function digestOf(reason: DigestReason, entries: readonly Entry[]): Digest {
  return {
    title: `${amount(entries.length, "alert")} in one mail`,
    reason: reasons[reason],
    summary: summaryOf(entries),
    groups: [...levels].reverse().flatMap((level) => {
      const rows = entries
        .filter((entry) => entry.notification.alert.rule.level === level)
        .map((entry) => rowOf(entry, entries.length <= mostLinks));
      return rows.length > 0 ? [{ level, rows }] : [];
    }),
  };
}

/** What the reader of a digest can do about one of its alerts. */
export const digestHelp: readonly (readonly [string, string])[] = [
  ["One of them in full:", "leafwatch alerts show ID"],
  ["Seen it? Then reminders stop:", "leafwatch alerts ack ID"],
];

const reasons: Readonly<Record<DigestReason, string>> = {
  limit: "More alerts came than one mail each would be read. These are the rest of this hour's.",
  late: "These were found after the fact: the logs came late, or were judged late. They are told of together.",
  interval: "These came since the last summary.",
  "quiet hours": "These came during quiet hours.",
};

function summaryOf(entries: readonly Entry[]): string {
  const words = { active: "new", repeat: "still going on", recovered: "over" } as const;
  const parts = (["active", "repeat", "recovered"] as const).flatMap((transition) => {
    const those = entries.filter((entry) => entry.notification.transition === transition).length;
    return those > 0 ? [`${those} ${words[transition]}`] : [];
  });
  return `${parts.join(", ")}.`;
}

function rowOf({ notification, sheet }: Entry, linked: boolean): DigestRow {
  const { alert, transition } = notification;
  const since = `Since ${shortWhen(alert.first_seen, sheet.zone)}`;
  const over = shortWhen(alert.recovered_at ?? notification.at, sheet.zone);
  return {
    title: `${prefixes[transition]}${sheet.title}`,
    lead: leadOf({ notification, sheet }),
    span: transition === "recovered" ? `${since}, over ${over}` : since,
    id: alert.id,
    ...(linked && sheet.links && { link: sheet.links.dashboard }),
  };
}

const prefixes: Readonly<Record<Transition, string>> = {
  active: "",
  repeat: "Still: ",
  recovered: "Over: ",
};

/** The title says already that it goes on or is over, and the digest that it was found late. */
function leadOf({ notification: { transition }, sheet }: Entry): string {
  if (transition === "recovered") return `At its worst: ${sheet.lead}`;
  return sheet.change === undefined ? sheet.lead : `${sheet.change} ${sheet.lead}`;
}
