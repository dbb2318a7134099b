import type { Documents } from "../../es/documents.ts";
import { foreign } from "../foreign.ts";
import type { Problem } from "../../model/notification.ts";
import { amount } from "../when.ts";
import type { OutboxRow } from "./row.ts";

/** Waiting for longer is no hiccup any more. */
const patienceMs = 15 * 60_000;
/** For how long a refusal is news. */
const memoryMs = 24 * 3_600_000;
const most = 1000;

/** What is wrong with telling people: messages that nobody takes, and addresses that will never get theirs. */
export async function ownProblems(
  rows: Documents<OutboxRow>,
  labelOf: (channel: string) => string,
  now: Date,
  signal: AbortSignal,
): Promise<Problem[]> {
  const ago = (ms: number) => new Date(now.getTime() - ms).toISOString();
  const stuck = await rows.list(
    { where: { state: ["retry"] }, range: { created_at: { lte: ago(patienceMs) } }, limit: most },
    signal,
  );
  const dead = await rows.list(
    {
      where: { "recipients.state": ["dead"] },
      range: { "recipients.at": { gte: ago(memoryMs) } },
      limit: most,
    },
    signal,
  );
  const waiting = new Map<string, OutboxRow[]>();
  for (const { doc } of stuck) waiting.set(doc.channel, [...(waiting.get(doc.channel) ?? []), doc]);
  const refused = new Map<string, { address: string; answer: string }>();
  for (const { doc } of dead) {
    // Word of a refusal that is refused itself is no news.
    if (doc.body.kind === "problem") continue;
    for (const { address, state, answer = "" } of doc.recipients) {
      if (state === "dead") refused.set(`${doc.channel} ${address}`, { address, answer });
    }
  }
  return [
    ...[...waiting].map(([channel, late]): Problem => ({
      key: `waiting:${channel}`,
      level: "high",
      title: `Messages wait: ${labelOf(channel)} does not take them`,
      detail:
        `${amount(late.length, "message")} waiting for more than a quarter of an hour. ` +
        `Last answer: ${foreign(late[0]?.last_answer ?? "none", 300)}\n` +
        "They are kept and tried again; none is lost. leafwatch check says what is wrong.",
    })),
    ...[...refused].map(([key, { address, answer }]): Problem => ({
      key: `refused:${key}`,
      level: "medium",
      title: "A recipient gets no messages",
      detail:
        `${foreign(address, 100)} was refused for good: ${foreign(answer, 300)}\n` +
        "Correct the address under notify.recipients; leafwatch status lists what did not arrive.",
    })),
  ];
}
