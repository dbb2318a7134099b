import { createReadStream, createWriteStream } from "node:fs";
import { readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { DateTime } from "luxon";
import type { LogFiles } from "./log-files.ts";
import { logNamed, type LogLine, type Rotation } from "./world/log-line.ts";

/**
 * Moves the live file away as logrotate does with `delaycompress`: the file before it is compressed now.
 *
 * @param day the date that stands in a name, `20261122`
 */
export async function moveAway(path: string, rotation: Rotation, day: string): Promise<void> {
  if (rotation === "numbered") return moveNumbered(path);
  const extension = rotation === "extension" ? extname(path) : "";
  const stem = path.slice(0, path.length - extension.length);
  const begins = `${basename(stem)}-`;
  for (const name of await readdir(dirname(path))) {
    const dated = name.startsWith(begins) && /^\d{8}(\.log)?$/.test(name.slice(begins.length));
    if (dated) await pack(join(dirname(path), name), join(dirname(path), `${name}.gz`));
  }
  await rename(path, `${stem}-${day}${extension}`);
}

/** `.2.gz` becomes `.3.gz`, `.1` becomes `.2.gz`, the live file `.1`. */
async function moveNumbered(path: string): Promise<void> {
  const name = basename(path);
  const rotated = (await readdir(dirname(path)))
    .filter((sibling) => sibling.startsWith(name))
    .map((sibling) => /^\.(\d+)(\.gz)?$/.exec(sibling.slice(name.length)))
    .flatMap((match) => (match ? [{ number: Number(match[1]), packed: match[2] ?? "" }] : []))
    .sort((a, b) => b.number - a.number);
  for (const { number, packed } of rotated) {
    const [from, to] = [`${path}.${number}${packed}`, `${path}.${number + 1}.gz`];
    if (packed) await rename(from, to);
    else await pack(from, to);
  }
  await rename(path, `${path}.1`);
}

/** Compresses as gzip does: the new file has the time of the old one. */
async function pack(from: string, to: string): Promise<void> {
  const { atime, mtime } = await stat(from);
  await pipeline(createReadStream(from), createGzip(), createWriteStream(to));
  await utimes(to, atime, mtime);
  await rm(from);
}

/**
 * Appends a history and rotates every file weekly, at midnight in `timezone`. The last rotation is five days before
 * `now`, whatever day that is: so the live files have something to read in them.
 */
export async function writeRotated(
  files: LogFiles,
  lines: Iterable<LogLine>,
  { now, timezone }: { now: number; timezone: string },
): Promise<void> {
  const last = DateTime.fromMillis(now, { zone: timezone }).startOf("day").minus({ days: 5 });
  let pending: LogLine[] = [];
  let night: number | undefined;
  for (const line of lines) {
    if (night === undefined || line.time >= night) {
      await files.append(pending);
      if (night !== undefined) await rotateAll(files, pending, night);
      pending = [];
      night = nightAfter(line.time, last);
    }
    pending.push(line);
  }
  await files.append(pending);
}

/** The first rotation after `time`, epoch milliseconds; there is none after the `last`. */
function nightAfter(time: number, last: DateTime): number {
  if (last.toMillis() <= time) return Infinity;
  let night = last;
  while (night.minus({ weeks: 1 }).toMillis() > time) night = night.minus({ weeks: 1 });
  return night.toMillis();
}

/** As with `notifempty`: what had no line stays as it is. */
async function rotateAll(files: LogFiles, lines: readonly LogLine[], at: number): Promise<void> {
  const written = new Map(lines.map((line) => [`${line.host} ${line.path}`, line]));
  for (const log of written.values()) {
    if (["channel", "new-file"].includes(logNamed(log)?.rotation ?? "")) continue;
    await files.rotate(log, at);
    await files.reopen(log);
  }
}
