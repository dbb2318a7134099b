import type { Documents, Stored } from "../../es/documents.ts";
import { AppError, messageOf } from "../../lib/errors.ts";
import type { Log } from "../../lib/log.ts";
import type { Message } from "../message.ts";
import type { Claim, Notifier, Result } from "../notifier.ts";
import { claimed, recorded, type OutboxRow } from "./row.ts";

/** A claim ends for its sender well before it ends for others. */
const claimMs = 45_000;

export interface AttemptDeps {
  rows: Documents<OutboxRow>;
  /** Puts the row into words; looks up what belongs to it. */
  message(row: Stored<OutboxRow>, now: Date, signal: AbortSignal): Promise<Message>;
  log: Log;
  giveUpMs: number;
  /** The real time, whatever the clock of judging says. */
  realNow(): Date;
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
  const own = await deps.rows.replace(row, claimed(row.doc, payload, now, deps.realNow()), signal);
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

async function compose(
  row: Stored<OutboxRow>,
  notifier: Notifier,
  deps: AttemptDeps,
  now: Date,
  signal: AbortSignal,
): Promise<string> {
  const message = await deps.message(row, now, signal);
  try {
    return Buffer.from(await notifier.compose(message)).toString("base64");
  } catch (cause) {
    throw new AppError(
      "NOTIFY_COMPOSE",
      `${notifier.label}: row ${row.id} cannot be put into words: ${messageOf(cause)}`,
      {
        hint: "this is a mistake in Leafwatch: please report it with this message",
        cause,
      },
    );
  }
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
  const mine = own.doc.lease?.real;
  const merged = await deps.rows.change(
    own.id,
    (row) => {
      if (row.lease?.real === mine || row.state !== "sending")
        return recorded(row, results, now, deps.giveUpMs);
      const accepted = results.filter((one) => one.outcome === "accepted");
      const done = recorded(row, accepted, now, deps.giveUpMs);
      // The other's claim stands until he has recorded his own results.
      return done.state === "retry" ? { ...row, recipients: done.recipients } : done;
    },
    signal,
  );
  return merged?.doc ?? own.doc;
}
