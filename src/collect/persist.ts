import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import { isLoggedByConnection } from "./ssh-errors.ts";

export interface Persistence {
  once: boolean;
  /** Between two rounds; a little less, at random, so that many sources do not come all at once. */
  pollMs: number;
  log: Log;
  /** Fields for the log. */
  fields: Readonly<Record<string, string>>;
  /** Asked after a round that succeeded: true when there is nothing left to come back for. */
  over?: () => boolean;
}

/** With `once`, a connection is worth so many tries. */
const triesOnce = 3;
/** After an error that only somebody on the host can mend. */
const mendMs = 15_000;

/**
 * Runs `round` again and again until `signal` aborts, through errors that may pass; each is logged when it begins
 * and when it is over. With `once`, a single round that succeeds; else until `over`.
 *
 * @throws AppError with `once` when the round fails for good; anything that is not an AppError.
 */
export async function* persist<T>(
  round: () => AsyncIterable<T>,
  recover: () => Promise<void>,
  { once, pollMs, log, fields, over }: Persistence,
  signal: AbortSignal,
): AsyncGenerator<T> {
  let tries = 0;
  let trouble: string | undefined;
  const stopped = () => signal.aborted;
  while (!stopped()) {
    let waitMs = pollMs * (0.6 + Math.random() / 5);
    try {
      yield* round();
      if (trouble !== undefined) log.info(fields, "reading goes on");
      trouble = undefined;
      tries = 0;
      if (once || over?.() === true) return;
    } catch (error) {
      if (stopped()) return;
      await recover();
      if (!(error instanceof AppError)) throw error;
      tries++;
      if (once && (!error.retryable || tries >= triesOnce)) throw error;
      // The connection has its own back-off.
      if (!isLoggedByConnection(error)) {
        if (trouble !== error.code) log.error({ ...fields, err: error }, "cannot read for now");
        if (!once) waitMs = Math.max(pollMs, mendMs);
      }
      trouble = error.code;
    }
    await sleep(waitMs, undefined, { signal }).catch(() => undefined);
  }
}
