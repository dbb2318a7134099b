/** One record as a source read it: a line of a file, a journal entry, one Windows event. */
export interface RawLine {
  /** Without its line end. Several physical lines joined by `\n` where the source has `multiline`. */
  text: string;
  /** Bytes from the start of the file to the line's first byte; for other sources a number that orders records. */
  offset: number;
  /** What happened to the text on the way; becomes `log.flags`. */
  flags?: readonly LineFlag[];
  /** Only with the flag `gap`: how many bytes are known to be lost at `offset`; `text` says so in words. */
  gapBytes?: number;
}

export type LineFlag = "truncated" | "multiline" | "invalid_utf8" | "gap";

/** Where a source goes on. Opaque to all but the source that made it; plain JSON, stored as it is. */
export type Position = Readonly<Record<string, unknown>>;

/** Whole lines of one stream, in order, and where to go on once they are stored. */
export interface LineBatch {
  lines: readonly RawLine[];
  /**
   * Names the beginning that the offsets count from, in base 36: a 64-bit hash of (host.name, live path, the file's
   * first line cut at 1 KiB) for files. With a line's offset it makes the document's id, so it must be the same
   * whenever and through whichever name the line is read.
   */
  origin: string;
  /** `log.file.path`: the live path, also for lines read from a rotated sibling. Undefined for sources without files. */
  path?: string;
  /** When the lines were read (`event.created`), epoch milliseconds. */
  readAt: number;
  /** Save this when every line is stored. */
  position: Position;
}
