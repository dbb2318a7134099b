import type { SourceKind } from "./source-kind.ts";
import { file } from "./sources/file.ts";
import { journald } from "./sources/journald.ts";
import { windowsEventlog } from "./sources/windows-eventlog.ts";

/** Every way in which hosts keep logs. */
export const sourceKinds = {
  file,
  journald,
  "windows-eventlog": windowsEventlog,
} satisfies Record<string, SourceKind>;

export type SourceName = keyof typeof sourceKinds;

/** The source that a `logs:` entry is read with follows from its format. */
export function sourceKindFor(format: string): SourceName {
  switch (format) {
    case "journald":
      return "journald";
    case "windows.security":
      return "windows-eventlog";
    default:
      return "file";
  }
}
