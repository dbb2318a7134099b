import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { clockOffset } from "../es/clock-offset.ts";
import { createDocuments, type Documents } from "../es/documents.ts";
import { AppError, isAbort } from "../lib/errors.ts";
import { formatDuration } from "../lib/duration.ts";
import type { Problem } from "../model/notification.ts";
import type { Context } from "./context.ts";

/** What is tolerated: a clock that is set by NTP is off by milliseconds. */
const limitMs = 5000;
/** A machine that has not said so again for so long runs no process of ours any more. */
const forgetMs = 15 * 60_000;

/** A machine whose clock is wrong; in `leafwatch-leases-<namespace>`, where every process that ships may write. */
export interface WrongClock {
  kind: "clock";
  name: string;
  /** Milliseconds; positive when ahead of the cluster. */
  offset_ms: number;
  /** By the cluster's clock, ISO 8601. */
  measured_at: string;
}

/**
 * Compares the clock of this machine with the cluster's, and leaves a note for the watchers where it is wrong; takes
 * the note away when it is right again. A cluster that cannot be asked just now is asked the next time. Resolves to
 * how far ours is ahead, milliseconds; 0 where that is not known.
 */
export async function noteClock(
  { client, config: { namespace }, log }: Context,
  signal: AbortSignal,
  clock: () => number = Date.now,
): Promise<number> {
  try {
    const offset = await clockOffset(client, signal, clock);
    if (!offset) return 0;
    const name = hostname();
    const notes = notesOf({ client, namespace });
    const id = `clock:${name}`;
    const known = await notes.get(id, signal);
    if (Math.abs(offset.offsetMs) - offset.errorMs <= limitMs) {
      if (known) await notes.remove(known, signal);
      return offset.offsetMs;
    }
    const measured = clock() - offset.offsetMs;
    const note: WrongClock = {
      kind: "clock",
      name,
      offset_ms: Math.round(offset.offsetMs),
      measured_at: new Date(measured).toISOString(),
    };
    log.warn({ offset_ms: note.offset_ms }, "the clock of this machine is wrong");
    if (known) await notes.replace(known, note, signal);
    else await notes.create(id, note, signal);
    return offset.offsetMs;
  } catch (error) {
    if (isAbort(error) || !(error instanceof AppError)) throw error;
    log.warn({ code: error.code, reason: error.message }, "the clock could not be compared");
    return 0;
  }
}

/** Does so every minute until `signal` aborts: for a process that makes no passes. */
export async function noteClockAlways(context: Context, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      await noteClock(context, signal);
      await sleep(60_000, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** The machines whose clocks are wrong, for those who run Leafwatch. `now` is the cluster's time. */
export async function clockProblems(
  { client, config: { namespace } }: Context,
  now: number,
  signal: AbortSignal,
): Promise<Problem[]> {
  const found = await notesOf({ client, namespace }).list({ where: { kind: ["clock"] } }, signal);
  return found
    .filter(({ doc }) => Date.parse(doc.measured_at) >= now - forgetMs)
    .map(({ doc: { name, offset_ms } }) => ({
      key: `clock-skew:${name}`,
      level: "high",
      title: `The clock of ${name} is wrong`,
      detail:
        `It is ${formatDuration(Math.abs(offset_ms))} ${offset_ms > 0 ? "ahead of" : "behind"} the clock of Elasticsearch. ` +
        "Leafwatch runs there: what it judges and when it says that it read a line follow that clock.\n" +
        "Set the clock by NTP (timedatectl set-ntp true, w32tm /resync), on that machine or on the cluster's, whichever is wrong.",
    }));
}

function notesOf({
  client,
  namespace,
}: Pick<Context, "client"> & { namespace: string }): Documents<WrongClock> {
  return createDocuments<WrongClock>(client, `leafwatch-leases-${namespace}`);
}
