import type { LineBatch, Position } from "../model/raw-line.ts";

/** One append-only sequence of lines: a live file with its rotated siblings, a journal, an event-log channel. */
export interface Stream {
  /** Stable and unique on its host, e.g. the live path. */
  readonly name: string;
  /**
   * Lines after `from` (undefined: from the configured beginning), whole and in order, as they are written. Ends at
   * what is there now when the source was made with `once`, else when `signal` aborts. Reconnects by itself; only
   * what no retry can mend is thrown.
   *
   * @throws AppError which names host and path.
   */
  batches(from: Position | undefined, signal: AbortSignal): AsyncIterable<LineBatch>;
  /** False while the last look found nothing there that could be read; left out where something always is. */
  exists?(): boolean;
}

/** One `logs:` entry of a host. A glob finds its streams over time; other sources have exactly one. */
export interface Source {
  /** `host.name` of the config. */
  readonly host: string;
  /** Each stream once, as it is found. Ends with `once` after the first look, else when `signal` aborts. */
  streams(signal: AbortSignal): AsyncIterable<Stream>;
}
