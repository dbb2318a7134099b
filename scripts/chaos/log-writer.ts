import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { gzipSync } from "node:zlib";
import type { Random } from "./random.ts";

/** How a file is rotated. */
export const rotations = ["rename", "copytruncate", "dateext", "graceful"] as const;
export type Rotation = (typeof rotations)[number];

/** A server that logs into one file, and the logrotate that rotates it. */
export interface LogWriter {
  /** Every line that was written, in order. */
  readonly lines: readonly string[];
  /** Writes some lines; the last may be left unfinished until the next time. */
  write(): void;
  rotate(): void;
  /** Finishes the last line and closes. */
  end(): void;
}

/** A writer to `path`. All of it is synchronous: no line falls between a copy and its truncation. */
export function createLogWriter(
  path: string,
  name: string,
  rotation: Rotation,
  random: Random,
): LogWriter {
  const lines: string[] = [];
  let file = openSync(path, "a");
  /** Where a graceful server still writes, after the rename. */
  let old: { file: number; writes: number } | undefined;
  let unfinished = Buffer.alloc(0);
  let dated = 0;

  function nextLine(): Buffer {
    const length = random.chance(0.02) ? random.integer(2000, 9000) : random.integer(0, 200);
    const padding = random.pick(["x", "é", "log ", "<>&\"'\\ "]).repeat(length).slice(0, length);
    const line = `${new Date().toISOString()} chaos app[7]: ${name} ${lines.length} ${padding}end`;
    lines.push(line);
    return Buffer.from(`${line}\n`);
  }

  function write() {
    const count = random.chance(0.02) ? random.integer(20, 200) : random.integer(0, 4);
    if (old) {
      writeSync(old.file, nextLine());
      if (--old.writes <= 0) {
        closeSync(old.file);
        old = undefined;
      }
    }
    const bytes = Buffer.concat([unfinished, ...Array.from({ length: count }, nextLine)]);
    const keep = random.chance(0.3) ? Math.min(random.integer(0, 40), bytes.length) : 0;
    unfinished = Buffer.from(bytes.subarray(bytes.length - keep));
    writeSync(file, bytes.subarray(0, bytes.length - keep));
  }

  function finish() {
    writeSync(file, unfinished);
    unfinished = Buffer.alloc(0);
  }

  function rotate() {
    finish();
    if (statSync(path).size === 0) return;
    if (rotation === "dateext") {
      dated++;
      const target = `${path}-20261122-${1_000_000 + dated}`;
      renameSync(path, target);
      reopen();
      if (random.chance(0.5)) compress(target);
      return;
    }
    shift();
    if (rotation === "copytruncate") {
      copyFileSync(path, `${path}.1`);
      truncateSync(path, 0);
    } else {
      renameSync(path, `${path}.1`);
      if (rotation === "graceful" && !old) {
        old = { file, writes: random.integer(1, 20) };
        file = openSync(path, "a");
      } else {
        reopen();
      }
    }
  }

  function reopen() {
    closeSync(file);
    file = openSync(path, "a");
  }

  /** `.1` becomes `.2`, and so on; what is older than `.1` may be compressed, but not while somebody writes to it. */
  function shift() {
    let last = 1;
    while (existsSync(`${path}.${last}`) || existsSync(`${path}.${last}.gz`)) last++;
    for (let n = last - 1; n >= 1; n--) {
      for (const end of ["", ".gz"]) {
        if (existsSync(`${path}.${n}${end}`))
          renameSync(`${path}.${n}${end}`, `${path}.${n + 1}${end}`);
      }
    }
    const candidate = `${path}.${random.pick([2, 3])}`;
    if (!old && existsSync(candidate) && random.chance(0.7)) compress(candidate);
  }

  function compress(target: string) {
    const { atime, mtime } = statSync(target);
    const content = readFileSync(target);
    // Several members, as `gzip -c >>` and pigz make them.
    const cut = random.chance(0.3) ? random.integer(0, content.length) : content.length;
    const members = [gzipSync(content.subarray(0, cut))];
    if (cut < content.length) members.push(gzipSync(content.subarray(cut)));
    writeFileSync(`${target}.gz`, Buffer.concat(members));
    utimesSync(`${target}.gz`, atime, mtime);
    unlinkSync(target);
  }

  return {
    lines,
    write,
    rotate,
    end() {
      finish();
      if (old) closeSync(old.file);
      closeSync(file);
    },
  };
}
