import type { SourceKind } from "./source-kind.ts";
import { file } from "./sources/file.ts";

/** Every way in which hosts keep logs. */
export const sourceKinds = { file } satisfies Record<string, SourceKind>;

export type SourceName = keyof typeof sourceKinds;

/** The source that a `logs:` entry is read with follows from its format. */
export function sourceKindFor(format: string): SourceName {
  switch (format) {
    default:
      return "file";
  }
}
