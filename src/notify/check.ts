import { AppError } from "../lib/errors.ts";
import { sendAtOnce } from "./at-once.ts";
import type { Channels } from "./recipients.ts";
import type { Message } from "./message.ts";
import type { Result } from "./notifier.ts";
import { nameOf } from "./outbox/row.ts";

/** What a notifier said to a check. */
export interface CheckResult {
  label: string;
  /** Undefined when all is well. */
  error?: AppError;
}

/** Asks every notifier whether it would work: mail logs in, others connect. Nothing is sent. */
export async function checkNotify(channels: Channels, signal: AbortSignal): Promise<CheckResult[]> {
  return Promise.all(
    [...channels.notifiers.values()].map(async (notifier) => {
      try {
        await notifier.check(signal);
        return { label: notifier.label };
      } catch (error) {
        if (error instanceof AppError) return { label: notifier.label, error };
        throw error;
      }
    }),
  );
}

/**
 * Sends one mail which says that it is a test.
 *
 * @throws AppError NOTIFY_TEST when there is no mail in the config, or the server did not accept it.
 */
export async function sendTestMail(
  channels: Channels,
  address: string,
  now: Date,
  signal: AbortSignal,
): Promise<void> {
  const notifier = channels.notifiers.get("email");
  if (!notifier) {
    throw new AppError("NOTIFY_TEST", "no test mail can be sent: the config has no mail server", {
      hint: "add notify.smtp to the config",
    });
  }
  const message: Message = {
    id: nameOf("test", address, now.toISOString()),
    thread: [],
    addresses: [address],
    date: now,
    subject: "[TEST] Mail from Leafwatch arrives",
    content: { kind: "test" },
  };
  const results = await sendAtOnce(notifier, message, signal);
  const failed = results.find((one) => one.outcome !== "accepted");
  if (!failed) return;
  throw new AppError(
    "NOTIFY_TEST",
    `${notifier.label}: the test mail to ${address} was not accepted: ${failed.answer}`,
    { hint: hintFor(failed), retryable: failed.outcome === "again" },
  );
}

function hintFor({ outcome, unreachable }: Result): string {
  if (unreachable) return "check host, port, tls, user and password under notify.smtp";
  if (outcome === "unknown")
    return "the server took the mail and gave no answer: look whether it arrives, and why the server is slow";
  return outcome === "refused"
    ? "the server will not take this: check the address, and whether notify.from may send through it"
    : "the server put it off: its log says why (greylisting, quota, notify.from); try again later";
}
