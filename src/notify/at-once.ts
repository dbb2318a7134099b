import type { Message } from "./message.ts";
import type { Claim, Notifier, Result } from "./notifier.ts";
import { nameOf } from "./outbox/row.ts";
import { problemMessage, type ProblemWord } from "./problem.ts";
import type { Channels } from "./recipients.ts";

/** How long one message may take. */
const patienceMs = 60_000;

/** Sends one message past the outbox: nobody keeps it, nobody tries it again. */
export async function sendAtOnce(
  notifier: Notifier,
  message: Message,
  signal: AbortSignal,
): Promise<Result[]> {
  const claim: Claim = {
    signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
    expired: () => false,
  };
  try {
    return await notifier.send(await notifier.compose(message), message.addresses, claim);
  } finally {
    notifier.close();
  }
}

/**
 * Tells the recipient lists `to` of a problem while there is no outbox to put it into. False when nobody has taken it,
 * so that it is worth another try.
 */
export async function tellAtOnce(
  channels: Channels,
  to: readonly string[],
  word: ProblemWord,
  timezone: string,
  signal: AbortSignal,
): Promise<boolean> {
  const targets = channels.targets(to);
  const results = await Promise.all(
    targets.map(async ({ channel, addresses }) => {
      const notifier = channels.notifiers.get(channel);
      if (!notifier) return [];
      const id = nameOf(
        "at once",
        word.problem.key,
        word.since,
        word.over ? "over" : "begun",
        channel,
      );
      const said = problemMessage(word, timezone);
      return sendAtOnce(notifier, { id, addresses, date: new Date(word.at), ...said }, signal);
    }),
  );
  return targets.length === 0 || results.flat().some(({ outcome }) => outcome === "accepted");
}
