import type { Source, Stream } from "../../src/collect/source.ts";
import type { LineBatch, Position } from "../../src/model/raw-line.ts";
import type { Progress, Stages } from "../../src/pipeline.ts";

/** One line at `offset`. */
export function batch(offset: number): LineBatch {
  return {
    lines: [{ text: `line ${offset}`, offset }],
    origin: "o",
    readAt: 0,
    position: { offset: offset + 1 },
  };
}

/** A stream of batches 0..count-1 that goes on where it is told. */
export function counting(name: string, count: number, pulled: number[] = []): Stream {
  return {
    name,
    async *batches(from: Position | undefined) {
      for (let offset = Number(from?.["offset"] ?? 0); offset < count; offset++) {
        pulled.push(offset);
        yield batch(offset);
      }
    },
  };
}

export const sourceOf = (...streams: Stream[]): Source => ({
  host: "web1",
  async *streams() {
    yield* streams;
  },
});

/** Stages that note what is shipped and saved. */
export function stages(
  overrides: Partial<Stages>,
): Stages & { saved: Progress[]; shipped: number[] } {
  const saved: Progress[] = [];
  const shipped: number[] = [];
  return {
    saved,
    shipped,
    load: async () => saved.at(-1),
    parser: (_stream, directive) => ({
      parse: ({ lines }) =>
        lines.map(({ offset }) => ({
          offset,
          event: { "@timestamp": "", ecs: { version: "" }, event: {} },
        })),
      directive: () => directive,
    }),
    room: () => Promise.resolve(),
    ship: async (_stream, _batch, events) => {
      for (const { offset } of events) shipped.push(offset);
    },
    landed: () => true,
    save: async (_stream, progress) => {
      saved.push(progress);
    },
    failed: async (_stream, error) => {
      throw error;
    },
    ...overrides,
  };
}
