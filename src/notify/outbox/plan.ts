import { levels } from "../../model/alert.ts";
import type { Stored } from "../../es/documents.ts";
import type { DigestReason } from "../message.ts";
import type { OutboxRow } from "./row.ts";

/** What to do now with the rows of one lane. */
export interface Plan {
  /** One message each, in this order. */
  readonly send: readonly Stored<OutboxRow>[];
  /** Each becomes one mail about several. */
  readonly join: readonly {
    readonly reason: DigestReason;
    readonly rows: readonly Stored<OutboxRow>[];
  }[];
}

/** Members of one mail: a table that can still be read, and headers that servers still take. */
const mostMembers = 1000;

/**
 * Decides for the due rows of one lane. `slots`: mails that its recipients may still get this hour. The worst go
 * first and alone; when there are more than slots, the last slot is for a mail about all the others. What a server
 * may have accepted already is only ever sent again as it was.
 */
export function planLane(due: readonly Stored<OutboxRow>[], slots: number, gathers: boolean): Plan {
  if (!gathers) return { send: [...due].sort(byAge), join: [] };
  const send: Stored<OutboxRow>[] = [];
  const join: { reason: DigestReason; rows: Stored<OutboxRow>[] }[] = [];
  const bound = due.filter(({ doc }) => !mayJoin(doc)).sort(byAge);
  let left = slots;
  for (const row of bound) {
    if (isLimited(row.doc)) {
      if (left <= 0) continue;
      left--;
    }
    send.push(row);
  }
  const free = due.filter(({ doc }) => mayJoin(doc));
  const alone = free.filter(({ doc }) => doc.gather === undefined);
  for (const reason of ["late", "quiet hours", "interval"] as const) {
    const rows = free.filter(({ doc }) => doc.gather === reason).sort(byWeight);
    if (rows.length === 1) alone.push(...rows);
    if (rows.length < 2) continue;
    for (let start = 0; start < rows.length && left > 0; start += mostMembers, left--) {
      join.push({ reason, rows: rows.slice(start, start + mostMembers) });
    }
  }
  alone.sort(byWeight);
  if (alone.length <= left) return { send: [...send, ...alone.sort(byAge)], join };
  if (left <= 0) return { send, join };
  const single = alone.slice(0, left - 1);
  const rest = alone.slice(left - 1);
  if (rest.length === 1) single.push(...rest);
  else join.push({ reason: "limit", rows: rest.slice(0, mostMembers) });
  return { send: [...send, ...single.sort(byAge)], join };
}

/** False for what was perhaps accepted, and for what is no single alert. */
export function mayJoin(row: OutboxRow): boolean {
  return (
    row.body.kind === "alert" && row.state !== "sending" && row.uncertain !== true && !partly(row)
  );
}

/** Accepted for one of its addresses: the others get the same mail. */
function partly(row: OutboxRow): boolean {
  return row.recipients.some((one) => one.state !== "waiting");
}

/** The hourly limit is for alerts; the weekly report and our own troubles are few, and are not held back. */
export function isLimited(row: OutboxRow): boolean {
  return row.body.kind === "alert" || row.body.kind === "digest";
}

function byAge(a: Stored<OutboxRow>, b: Stored<OutboxRow>): number {
  return (
    a.doc.created_at.localeCompare(b.doc.created_at) ||
    order(a) - order(b) ||
    a.id.localeCompare(b.id)
  );
}

function byWeight(a: Stored<OutboxRow>, b: Stored<OutboxRow>): number {
  return rank(b) - rank(a) || byAge(a, b);
}

const rank = ({ doc }: Stored<OutboxRow>) => (doc.level ? levels.indexOf(doc.level) : -1);
const order = ({ doc: { body } }: Stored<OutboxRow>) =>
  body.kind === "alert" ? body.notification.number : 0;
