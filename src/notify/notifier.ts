import type { z } from "zod";
import type { Log } from "../lib/log.ts";
import type { Message } from "./message.ts";

/**
 * What became of a message for one address. `again`: not accepted, a later try may work. `refused`: it never will.
 * `unknown`: all of it was handed over but no answer came, so it may have been accepted.
 */
export interface Result {
  readonly address: string;
  readonly outcome: "accepted" | "again" | "refused" | "unknown";
  /** What the other side said, or why it could not be asked. Foreign text: show through lib/visible.ts. */
  readonly answer: string;
  /** True when the other side could not be spoken to at all, so that other messages would fare the same now. */
  readonly unreachable?: boolean;
}

/** How long a sender may go on: the claim on its row ends, and then somebody else may send it. */
export interface Claim {
  /** Aborts when the program stops or the claim is nearly over. */
  readonly signal: AbortSignal;
  /** Asked before the last byte leaves, by a clock that a paused process cannot stop. */
  expired(): boolean;
}

/** One way to tell people: made from one entry of `notify.recipients`. */
export interface Notifier {
  /** Names the way for good, beyond restarts: rows of the outbox refer to it. */
  readonly key: string;
  /** Shown in `status` and logs; without secrets. */
  readonly label: string;
  /** True where many alerts may become one message and the hourly limit holds: where people read it. */
  readonly gathers: boolean;
  /** The bytes to send. Made once, stored, and sent again as they are. */
  compose(message: Message): Promise<Uint8Array>;
  /** One result for each of `addresses`. Never throws for anything the other side does. */
  send(payload: Uint8Array, addresses: readonly string[], claim: Claim): Promise<Result[]>;
  /**
   * Proves as far as possible that a message would be taken, without sending one.
   *
   * @throws AppError which says what to mend.
   */
  check(signal: AbortSignal): Promise<void>;
  /** Lets go of connections that were kept open. */
  close(): void;
}

/** What every notifier is built with. */
export interface NotifierDeps {
  log: Log;
}

/** A kind of notifier (see lib/kind.ts); `create` takes options that the config's check has parsed already. */
export interface NotifierKind<S extends z.ZodObject = z.ZodObject> {
  readonly type: string;
  /** One sentence for docs/. */
  readonly summary: string;
  readonly options: S;
  /** Opens nothing yet. */
  create(options: z.output<S>, deps: NotifierDeps): Notifier;
}

/** Types `create` after `options`. */
export function notifier<S extends z.ZodObject>(definition: NotifierKind<S>): NotifierKind<S> {
  return definition;
}
