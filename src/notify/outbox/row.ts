import { createHash } from "node:crypto";
import type { Level, Transition } from "../../model/alert.ts";
import type { Notification, Problem } from "../../model/notification.ts";
import type { DigestReason } from "../message.ts";
import type { Result } from "../notifier.ts";

/**
 * `queued`: never tried. `sending`: claimed under a lease. `retry`: tried, due again. `joining`: claimed for a mail
 * about several. `joined`: told by that mail (`digest`). `sent`: accepted for someone, and final for everyone. `dead`:
 * will reach nobody. `void`: a mail about several that never came to be.
 */
export type RowState =
  "queued" | "sending" | "retry" | "joining" | "joined" | "sent" | "dead" | "void";

/** One message to one set of addresses through one notifier: a document of `leafwatch-outbox-<namespace>`. Times are ISO 8601. */
export interface OutboxRow {
  state: RowState;
  /** `Notifier.key`. */
  channel: string;
  /** Rows of one lane go to the same addresses and may share a mail. */
  lane: string;
  recipients: RowRecipient[];
  created_at: string;
  /** Not to be tried before. */
  due_at: string;
  attempts: number;
  body: Body;
  /** For lists: of a mail about several, its worst. */
  level?: Level;
  alert?: string;
  rule?: string;
  transition?: Transition;
  /** The row of the alert's first message on this channel; undefined for that message itself. */
  first?: string;
  /** The rows that must be through before this one. */
  after?: string[];
  /** What the subjects of the alert's mails share. */
  stem?: string;
  /** Set when the row rather shares a mail than goes alone. */
  gather?: DigestReason;
  lease?: Lease;
  /** The bytes to send, in base64: made before the first try, the same for every try, gone when all is final. */
  payload?: string;
  /** True when the last try may have been accepted though no answer came. */
  uncertain?: boolean;
  /** Tries that may have sent the same bytes a second time. */
  repeated: Repeat[];
  /** The mail about several that carries this row, from `joining` on. */
  digest?: string;
  last_answer?: string;
  /** When the last address was final. */
  done_at?: string;
}

export interface RowRecipient {
  address: string;
  state: "waiting" | "accepted" | "dead";
  at?: string;
  answer?: string;
}

/** When a claim was made by the clock of judging and by the real one: it ends a minute later by either. */
export interface Lease {
  judged: string;
  real: string;
  /** Who made it: two that claim in the same millisecond must not take the other's claim for their own. */
  holder: string;
}

/** What a process brings along to make claims. */
export interface Claimant {
  /** The real time, whatever the clock of judging says. */
  realNow: () => Date;
  /** Names this outbox among all that work on the rows. */
  holder: string;
}

/** A claim that begins now. */
export function leaseOf({ realNow, holder }: Claimant, now: Date): Lease {
  return { judged: now.toISOString(), real: realNow().toISOString(), holder };
}

export interface Repeat {
  at: string;
  /** `no answer`: the connection was lost after the message. `crash`: the sender did not live to record the answer. */
  cause: "no answer" | "crash";
}

export type Body =
  | { kind: "alert"; notification: Notification }
  | { kind: "digest"; reason: DigestReason; members: string[] }
  | { kind: "problem"; problem: Problem; over: boolean; since: string }
  | {
      kind: "mail";
      id: string;
      subject: string;
      text: string;
      html: string;
      attachments: StoredAttachment[];
    };

export interface StoredAttachment {
  filename: string;
  contentType: string;
  /** Base64. */
  content: string;
  cid?: string;
}

export const leaseMs = 60_000;

/** Milliseconds until the next try: a minute, doubled with each try up to an hour. */
export function retryMs(attempts: number): number {
  return Math.min(3_600_000, 60_000 * 2 ** Math.min(Math.max(attempts - 1, 0), 10));
}

/** A name for good: the same parts, the same name. */
export function nameOf(...parts: (string | number)[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}

/** True when nobody holds the row any more. */
export function leaseOver(row: OutboxRow, now: Date, real: Date): boolean {
  if (!row.lease) return true;
  return (
    now.getTime() >= Date.parse(row.lease.judged) + leaseMs ||
    real.getTime() >= Date.parse(row.lease.real) + leaseMs
  );
}

/** The row under a new claim, with its bytes. A claim over one that ended unrecorded is a repeat. */
export function claimed(row: OutboxRow, payload: string, lease: Lease): OutboxRow {
  const at = lease.judged;
  const cause = row.state === "sending" ? "crash" : row.uncertain ? "no answer" : undefined;
  return {
    ...row,
    state: "sending",
    payload,
    attempts: row.attempts + 1,
    lease,
    repeated: cause ? [...row.repeated, { at, cause }] : row.repeated,
  };
}

/** The row after a try. What is final stays final; `giveUpMs` after its creation waiting becomes dead. */
export function recorded(
  row: OutboxRow,
  results: readonly Result[],
  now: Date,
  giveUpMs: number,
): OutboxRow {
  const at = now.toISOString();
  const tooOld = now.getTime() - Date.parse(row.created_at) >= giveUpMs;
  const recipients = row.recipients.map((recipient): RowRecipient => {
    const result = results.find((one) => one.address === recipient.address);
    if (!result || recipient.state !== "waiting") return recipient;
    const answer = result.answer.slice(0, 500);
    if (result.outcome === "accepted") return { ...recipient, state: "accepted", at, answer };
    if (result.outcome === "refused" || (tooOld && result.outcome === "again")) {
      return { ...recipient, state: "dead", at, answer };
    }
    return { ...recipient, answer };
  });
  const next: OutboxRow = { ...row, recipients };
  delete next.lease;
  delete next.uncertain;
  const answer = results.find((one) => one.outcome !== "accepted")?.answer;
  if (answer !== undefined) next.last_answer = answer.slice(0, 500);
  if (recipients.some((one) => one.state === "waiting")) {
    next.state = "retry";
    next.due_at = new Date(now.getTime() + retryMs(row.attempts)).toISOString();
    if (results.some((one) => one.outcome === "unknown")) next.uncertain = true;
    return next;
  }
  return final(next, recipients.some((one) => one.state === "accepted") ? "sent" : "dead", at);
}

/** The row as it is kept once nothing is left to do: without its bytes and attachments. */
export function final(row: OutboxRow, state: "sent" | "dead", at: string): OutboxRow {
  const done: OutboxRow = { ...row, state, done_at: at };
  delete done.payload;
  delete done.lease;
  delete done.uncertain;
  if (done.body.kind === "mail") done.body = { ...done.body, attachments: [], html: "", text: "" };
  return done;
}
