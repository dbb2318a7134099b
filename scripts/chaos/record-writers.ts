import { setTimeout as sleep } from "node:timers/promises";
import type { Journal } from "../../test/helpers/journal.ts";
import type { WindowsHost } from "../../test/helpers/windows-host.ts";
import type { Random } from "./random.ts";

/** Somebody who writes records that are not lines of a file. */
export interface RecordWriter {
  /** `event.original` of every record, or what `compare` makes of it. */
  readonly lines: readonly string[];
  write(): Promise<void>;
}

/** Who writes into a Windows event log, and now and then clears it. */
export interface EventLogWriter extends RecordWriter {
  /** Clears the log as soon as all of it is `stored`, or not at all when that takes too long. True when it was. */
  clear(stored: (count: number) => Promise<boolean>): Promise<boolean>;
}

/** A writer to the Security log of a played Windows host. */
export function eventLogWriter(windows: WindowsHost, random: Random): EventLogWriter {
  const lines: string[] = [];
  /** What is not read when the log is cleared is gone, on Windows too. */
  let clearing = false;
  return {
    lines,
    async write() {
      const count = clearing ? 0 : random.integer(0, 4);
      for (let i = 0; i < count; i++) {
        const text = random.pick(["logon", "é &lt;tag&gt;", "two\nlines"]);
        const xml = windows.log("Security", `dc1/events ${lines.length} ${text}`);
        lines.push(xml.replaceAll("\n", "&#10;"));
      }
    },
    async clear(stored) {
      if (clearing) return false;
      clearing = true;
      try {
        const end = performance.now() + 10_000;
        while (!(await stored(lines.length))) {
          if (performance.now() > end) return false;
          await sleep(200);
        }
        windows.clear("Security");
        return true;
      } finally {
        clearing = false;
      }
    },
  };
}

/** What entries are written under; everything else in the journal is journald's own. */
const tag = "chaos";

/** A writer to a real journal. */
export function journalWriter(journal: Journal, random: Random): RecordWriter {
  const lines: string[] = [];
  return {
    lines,
    async write() {
      // Each costs a process of its own.
      if (!random.chance(0.05)) return;
      const line = `journal ${lines.length} ${random.pick(["plain", "é", '"quoted"'])}`;
      lines.push(line);
      await journal.write(tag, line);
    },
  };
}

/** The line that a document stands for; undefined for journald's own entries. */
export function lineOf(original: string): string | undefined {
  if (!original.startsWith("{")) return original;
  const entry = JSON.parse(original) as Record<string, unknown>;
  return entry["SYSLOG_IDENTIFIER"] === tag ? String(entry["MESSAGE"]) : undefined;
}
