import type { Documents, Stored } from "../../es/documents.ts";
import type { Notifier } from "../notifier.ts";
import { attempt, type AttemptDeps } from "./attempt.ts";
import { joinRows, settleJoining } from "./join.ts";
import { isLimited, mayJoin, planLane } from "./plan.ts";
import type { Rates } from "./rates.ts";
import { final, leaseOf, leaseOver, type OutboxRow } from "./row.ts";

/** What a pass over the outbox did, in rows. */
export interface Delivered {
  sent: number;
  /** Not accepted yet; will be tried again. */
  retried: number;
  /** Given up for at least one address. */
  dead: number;
}

export interface DeliverDeps extends AttemptDeps {
  notifiers: ReadonlyMap<string, Notifier>;
  rates: Rates;
}

/** Rows looked at in one round; a pass goes on in rounds while it gets ahead. */
const roundSize = 5000;
const mostRounds = 50;

/** Sends all that is due at `now`. Any number of processes may do so at once. */
export async function deliverDue(
  deps: DeliverDeps,
  now: Date,
  signal: AbortSignal,
): Promise<Delivered> {
  const total: Delivered = { sent: 0, retried: 0, dead: 0 };
  const stuck = new Set<string>();
  for (let round = 0; round < mostRounds; round++) {
    const due = await dueRows(deps.rows, now, deps.realNow(), signal);
    const lanes = groupBy(due, (row) => row.doc.lane);
    const byChannel = groupBy([...lanes.values()], (lane) => lane[0]?.doc.channel ?? "");
    const progress = await Promise.all(
      [...byChannel].map(async ([channel, theirs]) => {
        const notifier = deps.notifiers.get(channel);
        let moved = false;
        for (const lane of theirs) {
          if (stuck.has(channel)) break;
          if (!notifier) moved = (await bury(deps, lane, now, total, signal)) || moved;
          else
            moved = (await deliverLane(deps, notifier, lane, now, total, stuck, signal)) || moved;
        }
        return moved;
      }),
    );
    if (!progress.some(Boolean)) break;
  }
  return total;
}

/** Rows that may be worked on: due, and not held by anybody. */
async function dueRows(
  rows: Documents<OutboxRow>,
  now: Date,
  real: Date,
  signal: AbortSignal,
): Promise<Stored<OutboxRow>[]> {
  const waiting = await rows.list(
    {
      where: { state: ["queued", "retry"] },
      range: { due_at: { lte: now.toISOString() } },
      sort: { field: "due_at", order: "asc" },
      limit: roundSize,
    },
    signal,
  );
  const held = await rows.list(
    { where: { state: ["sending", "joining"] }, limit: roundSize },
    signal,
  );
  return [...waiting, ...held.filter((row) => leaseOver(row.doc, now, real))];
}

/** Works on the rows of one set of addresses. True when something changed, so that another look may find more. */
async function deliverLane(
  deps: DeliverDeps,
  notifier: Notifier,
  lane: readonly Stored<OutboxRow>[],
  now: Date,
  total: Delivered,
  stuck: Set<string>,
  signal: AbortSignal,
): Promise<boolean> {
  const unfinished = lane.filter((row) => row.doc.state === "joining");
  for (const row of unfinished) await settleJoining(deps.rows, row, signal);
  if (unfinished.length > 0) return true;
  const ready: Stored<OutboxRow>[] = [];
  for (const row of lane) if (await isNext(deps.rows, row, lane, signal)) ready.push(row);
  const addresses = ready[0]?.doc.recipients.map((one) => one.address) ?? [];
  const slots = notifier.gathers
    ? await deps.rates.left(notifier.key, addresses, now, signal)
    : Infinity;
  const plan = planLane(ready, slots, notifier.gathers);
  let moved = false;
  for (const { reason, rows } of plan.join) {
    await joinRows(deps.rows, rows, reason, leaseOf(deps, now), signal);
    moved = true;
  }
  for (const row of plan.send) {
    signal.throwIfAborted();
    if (!(await isNext(deps.rows, row, [], signal))) continue;
    if (notifier.gathers) {
      const placed = await deps.rates.reserve(row.id, notifier.key, addresses, now, signal);
      if (!placed && isLimited(row.doc)) continue;
    }
    const outcome = await attempt(row, notifier, deps, now, signal);
    if (outcome === "skipped") continue;
    moved = true;
    tally(total, outcome.row);
    if (outcome.unreachable) {
      // Others would fare the same; they stay due and are tried at the next pass.
      stuck.add(notifier.key);
      break;
    }
  }
  return moved;
}

/**
 * False while an earlier message about the same alert is still on its way. Of rows that rather share a mail, both may
 * come along at once: `beside` are the rows that are due too.
 */
async function isNext(
  rows: Documents<OutboxRow>,
  row: Stored<OutboxRow>,
  beside: readonly Stored<OutboxRow>[],
  signal: AbortSignal,
): Promise<boolean> {
  const { after = [], gather } = row.doc;
  for (const id of after) {
    const partner = beside.find((one) => one.id === id);
    const together = partner && gather !== undefined && partner.doc.gather === gather;
    if (together && mayJoin(partner.doc)) continue;
    const earlier = await rows.get(id, signal);
    const { state, digest } = earlier?.doc ?? {};
    const carrier =
      state === "joined" && digest !== undefined ? await rows.get(digest, signal) : earlier;
    if (carrier && carrier.doc.state !== "sent" && carrier.doc.state !== "dead") return false;
  }
  return true;
}

/** Ends rows whose notifier is no longer in the config. */
async function bury(
  deps: DeliverDeps,
  lane: readonly Stored<OutboxRow>[],
  now: Date,
  total: Delivered,
  signal: AbortSignal,
): Promise<boolean> {
  const at = now.toISOString();
  for (const row of lane) {
    const answer = "its recipient is no longer in the config";
    const recipients = row.doc.recipients.map((one) =>
      one.state === "waiting" ? { ...one, state: "dead" as const, at, answer } : one,
    );
    await deps.rows.replace(
      row,
      { ...final(row.doc, "dead", at), recipients, last_answer: answer },
      signal,
    );
    deps.log.error(
      { row: row.id, channel: row.doc.channel },
      "notification dead: recipient no longer in the config",
    );
    total.dead++;
  }
  return true;
}

function tally(total: Delivered, row: OutboxRow | undefined): void {
  if (!row) return;
  if (row.state === "sent") total.sent++;
  if (row.state === "retry") total.retried++;
  if (row.recipients.some((one) => one.state === "dead") && row.state !== "retry") total.dead++;
}

function groupBy<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const name = key(value);
    const group = groups.get(name);
    if (group) group.push(value);
    else groups.set(name, [value]);
  }
  return groups;
}
