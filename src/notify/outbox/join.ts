import type { Documents, Stored } from "../../es/documents.ts";
import { levels } from "../../model/alert.ts";
import type { DigestReason } from "../message.ts";
import { nameOf, type Lease, type OutboxRow } from "./row.ts";

/*
 * Making one mail of many rows, so that a crash anywhere loses none and tells none twice: each row is first claimed
 * for the mail to come (`joining`, which names it), then the mail's own row is created with exactly the rows that
 * were won, then they become `joined`. Whoever finds a claim that has ended looks whether the mail came to be; if not
 * he creates it himself, void, so that a sleeper who wakes up cannot.
 */

/** Makes a mail about `rows`; those that somebody else took meanwhile are left out. */
export async function joinRows(
  documents: Documents<OutboxRow>,
  rows: readonly Stored<OutboxRow>[],
  reason: DigestReason,
  lease: Lease,
  signal: AbortSignal,
): Promise<void> {
  const [model] = rows;
  if (!model) return;
  const at = lease.judged;
  const digest = nameOf("digest", at, ...rows.map((row) => `${row.id}:${row.version.seqNo}`));
  const won = await inParallel(rows, (row) =>
    documents.replace(row, { ...row.doc, state: "joining", digest, lease }, signal),
  );
  // Nobody waits for a mail that no row names.
  if (won.length === 0) return;
  const worst = won
    .map((row) => row.doc.level)
    .sort((a, b) => (b ? levels.indexOf(b) : -1) - (a ? levels.indexOf(a) : -1))[0];
  const created = await documents.create(
    digest,
    {
      state: "queued",
      channel: model.doc.channel,
      lane: model.doc.lane,
      recipients: model.doc.recipients.map(({ address }) => ({ address, state: "waiting" })),
      created_at: at,
      due_at: at,
      attempts: 0,
      repeated: [],
      body: { kind: "digest", reason, members: won.map((row) => row.id) },
      ...(worst && { level: worst }),
    },
    signal,
  );
  if (!created) return;
  await inParallel(won, (row) => documents.replace(row, joined(row.doc), signal));
}

/** Ends a claim for a mail about several that nobody finished. */
export async function settleJoining(
  documents: Documents<OutboxRow>,
  row: Stored<OutboxRow>,
  signal: AbortSignal,
): Promise<void> {
  const id = row.doc.digest ?? "";
  const { channel, lane, created_at, due_at } = row.doc;
  const nothing: OutboxRow = {
    state: "void",
    channel,
    lane,
    recipients: [],
    created_at,
    due_at,
    attempts: 0,
    repeated: [],
    body: { kind: "digest", reason: "limit", members: [] },
  };
  const digest =
    (await documents.get(id, signal)) ??
    (await documents.create(id, nothing, signal)) ??
    (await documents.get(id, signal));
  const carried = digest?.doc.body.kind === "digest" && digest.doc.body.members.includes(row.id);
  if (carried) {
    await documents.replace(row, joined(row.doc), signal);
    return;
  }
  const free: OutboxRow = { ...row.doc, state: row.doc.attempts > 0 ? "retry" : "queued" };
  delete free.digest;
  delete free.lease;
  await documents.replace(row, free, signal);
}

function joined(row: OutboxRow): OutboxRow {
  const next: OutboxRow = { ...row, state: "joined" };
  delete next.lease;
  delete next.payload;
  return next;
}

/** Some calls at once, so that a thousand rows are claimed well within their lease; what came of them, in order. */
async function inParallel<T, R>(
  values: readonly T[],
  call: (value: T) => Promise<R | undefined>,
): Promise<R[]> {
  const done: R[] = [];
  for (let start = 0; start < values.length; start += 20) {
    const results = await Promise.all(values.slice(start, start + 20).map((value) => call(value)));
    for (const result of results) if (result !== undefined) done.push(result);
  }
  return done;
}
