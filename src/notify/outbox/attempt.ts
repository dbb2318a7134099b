import type { Documents, Stored } from "../../es/documents.ts";
import { messageOf } from "../../lib/errors.ts";
import type { Log } from "../../lib/log.ts";
import type { Message } from "../message.ts";
import type { Claim, Notifier, Result } from "../notifier.ts";
import { claimed, leaseOf, recorded, type Claimant, type OutboxRow } from "./row.ts";

/** A claim ends for its sender well before it ends for others. */
const claimMs = 45_000;

export interface AttemptDeps extends Claimant {
  rows: Documents<OutboxRow>;
  /** Puts the row into words; looks up what belongs to it. */
  message(row: Stored<OutboxRow>, now: Date, signal: AbortSignal): Promise<Message>;
  log: Log;
  giveUpMs: number;
}

/** What one try came to; `skipped` when somebody else had the row. */
export type Outcome = { readonly row?: OutboxRow; readonly unreachable: boolean } | "skipped";

/**
 * Claims the row, sends it, records what came of it: in this order, so that a crash leaves a row that says "perhaps
 * sent", never one that was sent and does not say so.
 */
export async function attempt(
  row: Stored<OutboxRow>,
  notifier: Notifier,
  deps: AttemptDeps,
  now: Date,
  signal: AbortSignal,
): Promise<Outcome> {
  const payload = row.doc.payload ?? (await compose(row, notifier, deps, now, signal));
  if (payload === undefined) return postpone(row, deps, now, signal);
  const lease = leaseOf(deps, now);
  const own = await deps.rows.replace(row, claimed(row.doc, payload, lease), signal);
  if (!own) return "skipped";
  const started = performance.now();
  const claim: Claim = {
    signal: AbortSignal.any([signal, AbortSignal.timeout(claimMs)]),
    expired: () => performance.now() - started > claimMs,
  };
  const waiting = own.doc.recipients
    .filter((one) => one.state === "waiting")
    .map((one) => one.address);
  const results = await notifier
    .send(Buffer.from(payload, "base64"), waiting, claim)
    .catch((error: unknown): Result[] =>
      // A notifier that breaks its word: nobody knows how far it got.
      waiting.map((address) => ({ address, outcome: "unknown", answer: messageOf(error) })),
    );
  const after = await record(own, results, deps, now);
  for (const { address, outcome, answer } of results) {
    const fields = {
      row: row.id,
      notifier: notifier.label,
      address,
      outcome,
      answer: answer.slice(0, 300),
    };
    if (outcome === "accepted") deps.log.info(fields, "notification accepted");
    else if (outcome === "refused") deps.log.error(fields, "notification refused for good");
    else deps.log.warn(fields, "notification not accepted, will be tried again");
  }
  return { row: after, unreachable: results.some((one) => one.unreachable === true) };
}

/** The bytes of a message; undefined when it cannot be put into words, which is a mistake of ours. */
async function compose(
  row: Stored<OutboxRow>,
  notifier: Notifier,
  deps: AttemptDeps,
  now: Date,
  signal: AbortSignal,
): Promise<string | undefined> {
  const message = await deps.message(row, now, signal);
  try {
    return Buffer.from(await notifier.compose(message)).toString("base64");
  } catch (error) {
    deps.log.error(
      { row: row.id, notifier: notifier.label, err: error },
      "a message cannot be put into words",
    );
    return undefined;
  }
}

/** Puts a message off without a try, so that the others go out; it waits, visibly, for a version that can say it. */
async function postpone(
  row: Stored<OutboxRow>,
  deps: AttemptDeps,
  now: Date,
  signal: AbortSignal,
): Promise<Outcome> {
  const results = row.doc.recipients.map(({ address }): Result => ({
    address,
    outcome: "again",
    answer: "it cannot be put into words: the log has the reason",
  }));
  const tried = { ...row.doc, attempts: row.doc.attempts + 1 };
  const after = await deps.rows.replace(row, recorded(tried, results, now, deps.giveUpMs), signal);
  return after ? { row: after.doc, unreachable: false } : "skipped";
}

/**
 * Writes the results down, also while the program stops: what was accepted and is not recorded would be sent again.
 * Where somebody has claimed the row since, the results are added to his.
 */
async function record(
  own: Stored<OutboxRow>,
  results: readonly Result[],
  deps: AttemptDeps,
  now: Date,
): Promise<OutboxRow> {
  const signal = AbortSignal.timeout(15_000);
  const written = await deps.rows.replace(
    own,
    recorded(own.doc, results, now, deps.giveUpMs),
    signal,
  );
  if (written) return written.doc;
  const merged = await deps.rows.change(
    own.id,
    (row) => {
      const mine = row.lease?.holder === deps.holder && row.attempts === own.doc.attempts;
      if (mine || row.state !== "sending") return recorded(row, results, now, deps.giveUpMs);
      const accepted = results.filter((one) => one.outcome === "accepted");
      const done = recorded(row, accepted, now, deps.giveUpMs);
      // The other's claim stands until he has recorded his own results.
      return done.state === "retry" ? { ...row, recipients: done.recipients } : done;
    },
    signal,
  );
  return merged?.doc ?? own.doc;
}
