import type { Source, Stream } from "./collect/source.ts";
import { isAbort } from "./lib/errors.ts";
import type { EcsEvent } from "./model/ecs.ts";
import type { LineBatch, Position } from "./model/raw-line.ts";

/** Where a stream goes on, and the directive (`#Fields:` of IIS) that holds there. Plain JSON. */
export interface Progress {
  position: Position;
  directive?: string;
}

/** The stages between a source and Elasticsearch, handed in by commands/ship.ts. */
export interface Stages {
  load(stream: Stream, signal: AbortSignal): Promise<Progress | undefined>;
  /** The parser of one stream, with the directive in force where it goes on. */
  parser(stream: Stream, directive: string | undefined): BatchParser;
  /** Resolves when there is room for another batch: until then a batch stays the lines that were read. */
  room(signal: AbortSignal): Promise<void>;
  /**
   * Takes every event before it returns, and resolves when all are stored or dead-lettered. An event may be changed or
   * forgotten once the next one is asked for.
   */
  ship(
    stream: Stream,
    batch: LineBatch,
    events: Iterable<ParsedLine>,
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Told of each batch in their order, once it and all before it are stored. True when its position shall be saved
   * although a later one is on its way.
   */
  landed(stream: Stream): boolean;
  save(stream: Stream, progress: Progress, signal: AbortSignal): Promise<void>;
  /** Told of a stream that failed; resolves to true when it shall be tried again (after its own pause). */
  failed(stream: Stream, error: unknown, signal: AbortSignal): Promise<boolean>;
}

/** Makes events of lines; remembers the last directive, which holds for the lines after it. */
export interface BatchParser {
  /** One event at a time, as they are asked for: all of a batch at once would outlive the collector's nursery. */
  parse(batch: LineBatch): Iterable<ParsedLine>;
  directive(): string | undefined;
}

/** An event and the offset of its line, which together with the batch's origin names the document. */
export interface ParsedLine {
  event: EcsEvent;
  offset: number;
}

/**
 * Batches of one stream that may be on their way at once; the next is not read before the first has landed. Enough for
 * the bulks that are under way, and for the one that is filled meanwhile.
 */
const maxInFlight = 6;

/** Runs every stream of `source`, each on its own: one that fails or waits holds up no other. */
export async function run(source: Source, stages: Stages, signal: AbortSignal): Promise<void> {
  const running: Promise<void>[] = [];
  try {
    for await (const stream of source.streams(signal)) {
      running.push(keepRunning(stream, stages, signal));
    }
  } finally {
    // Also when no more streams can be found: those that were found are read to their end.
    await Promise.all(running);
  }
}

async function keepRunning(stream: Stream, stages: Stages, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await runStream(stream, stages, signal);
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (!(await stages.failed(stream, error, signal))) return;
    }
  }
}

/**
 * Source to Elasticsearch: the position is saved only over the unbroken run of stored batches from the front; not each
 * one while others follow.
 */
async function runStream(stream: Stream, stages: Stages, signal: AbortSignal): Promise<void> {
  const saved = await stages.load(stream, signal);
  const broken = new AbortController();
  const either = AbortSignal.any([signal, broken.signal]);
  const inFlight: Promise<void>[] = [];
  const parser = stages.parser(stream, saved?.directive);
  let last = Promise.resolve();
  let newest: Progress | undefined;
  let saving = Promise.resolve();
  const land = async (before: Promise<void>, shipped: Promise<void>, progress: Progress) => {
    await Promise.all([before, shipped]);
    const isDue = stages.landed(stream);
    if (progress !== newest && !isDue) return;
    // What follows lands while this is saved, and waits when it is to be saved itself.
    const earlier = saving;
    saving = earlier.then(() => stages.save(stream, progress, either));
    saving.catch(() => {
      broken.abort();
    });
    await (progress === newest ? saving : earlier);
  };
  try {
    for await (const batch of stream.batches(saved?.position, either)) {
      await stages.room(either);
      const shipped = stages.ship(stream, batch, parser.parse(batch), either);
      const directive = parser.directive();
      newest = { position: batch.position, ...(directive && { directive }) };
      last = land(last, shipped, newest);
      last.catch(() => {
        broken.abort();
      });
      inFlight.push(last);
      // It says where reading begins: a restart before that is saved would begin further on, and leave a gap.
      if (batch.lines.length === 0) await last;
      if (inFlight.length >= maxInFlight) await inFlight.shift();
    }
    await last;
  } catch (error) {
    broken.abort();
    // A landing or save that failed by itself is the cause; whatever else was thrown only followed from it.
    const landings = await Promise.allSettled([...inFlight, saving]);
    const cause = landings.find((one) => one.status === "rejected" && !isAbort(one.reason));
    throw cause?.status === "rejected" ? cause.reason : error;
  }
}
