import { gzipContent, plainContent, type Content } from "./content.ts";
import { isFileError } from "./file-errors.ts";
import { closesThePast, isBegun, recognise, type Candidate } from "./file-states.ts";
import type { FileAccess } from "./files.ts";
import { encodingOf } from "./lines.ts";
import { beginsWith, headOf } from "./recognition.ts";
import type { Sibling } from "./rotation.ts";
import { isStillAt, unlessGone } from "./same-file.ts";
import { areStill, readable, siblings, type Place, type Present } from "./siblings.ts";
import { closeFile, freshFile, learn, type TrackedFile } from "./tracked-file.ts";

interface Looked extends Candidate, Present {
  content: Content;
}

/** The files of a stream that is read for the first time. */
export async function firstFiles(
  files: FileAccess,
  from: "beginning" | "end",
  place: Place,
  signal: AbortSignal,
): Promise<TrackedFile[]> {
  for (;;) {
    const live = await openLive(files, place, signal);
    const found: TrackedFile[] = [];
    const older = from === "beginning" ? await siblings(files, place, signal) : undefined;
    for (const { name, compressed } of readable(older ?? [], place)) {
      const stat = await files.stat(name, signal);
      if (stat)
        found.push({
          ...freshFile(name, compressed, false),
          size: stat.size,
          mtimeMs: stat.mtimeMs,
        });
    }
    if (live) {
      // Held from the start: the older files take their time, and it may be renamed meanwhile.
      const file = { ...freshFile(live.name, false, true), content: live.content };
      learn(file, live.head, place);
      if (from === "end") await skipToEnd(file, place, signal);
      found.push(file);
    }
    if (await isUnmoved(files, place, { live, older }, signal)) return found;
    await live?.content.file.close();
  }
}

/**
 * Finds the files that are `known` among those that are there, and those that came since; opens all that have
 * something to read. `tracked`: oldest first. `vanished`: those of which more should be read but which are nowhere.
 */
export async function findFiles(
  files: FileAccess,
  allKnown: readonly TrackedFile[],
  place: Place,
  signal: AbortSignal,
): Promise<{ tracked: TrackedFile[]; vanished: TrackedFile[] }> {
  for (const file of allKnown) {
    // Truncated under the handle, or compressed: what was in it is looked for elsewhere.
    if (!file.compressed && !(await isItself(file, place, signal))) await closeFile(file);
  }
  // Without its first line it would be taken for any that begins alike; by its place it is found again.
  const known = allKnown.filter(
    (file) => file.content !== undefined || file.origin !== undefined || isBegun(file),
  );
  const looked = await lookAt(files, known, place, signal);
  const verdicts = recognise(known, looked);
  /** Those that stand in the folder, in their order there. */
  const placed: TrackedFile[] = [];
  for (const [at, one] of looked.entries()) {
    const verdict = verdicts[at];
    const file = typeof verdict === "number" ? known[verdict] : undefined;
    if (file) {
      placed.push(file);
      if (await adopt(file, one)) continue;
    } else if (verdict === "new" && (one.live || one.head.length > 0)) {
      // With its head: before it is read, it may be copied away and truncated.
      const file = { ...freshFile(one.name, one.compressed, one.live), content: one.content };
      learn(file, one.head, place);
      placed.push(file);
      continue;
    }
    await one.content.file.close();
  }
  const isKept = (file: TrackedFile) => file.done === true || file.content !== undefined;
  // What only its handle leads to, and what was not looked for, is older than what stands there.
  const elsewhere = known.filter((file) => !placed.includes(file));
  return {
    tracked: [...elsewhere, ...placed].filter(isKept),
    vanished: known.filter((file) => !isKept(file)),
  };
}

/** True when the open handle still leads to what `file` was: takes in what it is like by now. */
async function isItself(file: TrackedFile, place: Place, signal: AbortSignal): Promise<boolean> {
  const { content } = file;
  if (!content) return true;
  return unlessGone(async () => {
    const { size, mtimeMs } = await content.file.stat(signal);
    const head = await content.head(signal);
    const same = file.head.length === 0 || beginsWith(head, file.head);
    if (!same || size < file.offset) return false;
    learn(file, head, place);
    Object.assign(file, { size, mtimeMs, caughtUp: false });
    return true;
  });
}

/** Takes over the handle of the file that `file` was found to be; false when it needs none. */
async function adopt(file: TrackedFile, one: Looked): Promise<boolean> {
  file.name = one.name;
  file.live = one.live;
  if (file.content) return false;
  // Somebody wrote on into a file that had been still for long.
  if (file.done && (one.compressed || one.stat.size <= file.offset)) return false;
  file.done = false;
  file.compressed = one.compressed;
  file.content = one.content;
  file.caughtUp = false;
  file.stillSince = Date.now();
  return true;
}

/** Opens the files from the newest back to the one before which nothing can be new. */
async function lookAt(
  files: FileAccess,
  known: readonly TrackedFile[],
  place: Place,
  signal: AbortSignal,
): Promise<Looked[]> {
  const past = known.map((file) => closesThePast(file));
  for (;;) {
    const live = await openLive(files, place, signal);
    const looked: Looked[] = live ? [live] : [];
    const enough = () => {
      const verdicts = recognise(known, looked);
      const missing = known.some((file, index) => !file.done && !verdicts.includes(index));
      return !missing && verdicts.some((verdict) => typeof verdict === "number" && past[verdict]);
    };
    const older = await siblings(files, place, signal);
    for (const one of readable(older, place).reverse()) {
      if (enough()) break;
      const opened = await open(files, one, place, signal);
      if (opened) looked.unshift(opened);
    }
    if (await isUnmoved(files, place, { live, older }, signal)) return looked;
    for (const one of looked) await one.content.file.close();
  }
}

/**
 * The live file, or undefined where there is none. It is opened before the folder is listed and compared with what
 * stands there after that: a rotation in between would leave out the file that it was.
 */
async function openLive(files: FileAccess, place: Place, signal: AbortSignal) {
  const { path } = place;
  if (!(await files.stat(path, signal))) return undefined;
  return open(files, { name: path, compressed: false, live: true }, place, signal);
}

/** True when no step of a rotation came since `live` was opened and `older`, where they matter, were listed. */
async function isUnmoved(
  files: FileAccess,
  place: Place,
  { live, older }: { live: Looked | undefined; older: readonly Sibling[] | undefined },
  signal: AbortSignal,
): Promise<boolean> {
  if (older && !(await areStill(files, place, older, signal))) return false;
  const { path } = place;
  if (!live) return (await files.stat(path, signal)) === undefined;
  return unlessGone(async () => {
    const head = await live.content.head(signal);
    // What was empty and is not any more may have been something else in between.
    const grown = live.head.length === 0 ? head.length === 0 : beginsWith(head, headOf(live.head));
    return grown && (await isStillAt(files, path, live.content, signal));
  });
}

async function open(
  files: FileAccess,
  one: Present,
  { host, log }: Place,
  signal: AbortSignal,
): Promise<Looked | undefined> {
  try {
    const file = await files.open(one.name, signal);
    const content = one.compressed ? gzipContent(file, host, one.name) : plainContent(file);
    return { ...one, content, stat: await file.stat(signal), head: await content.head(signal) };
  } catch (error) {
    if (!isFileError(error)) throw error;
    // Renamed since the folder was listed: the live one is looked for again soon, a sibling stands elsewhere.
    if (error.code === "FILE_NOT_FOUND") return undefined;
    if (one.live) throw error;
    log.error({ "host.name": host, file: one.name, err: error }, "a rotated file cannot be read");
    return undefined;
  }
}

/** Begins behind the last line that is there now. */
async function skipToEnd(file: TrackedFile, place: Place, signal: AbortSignal): Promise<void> {
  const { content } = file;
  if (!content) return;
  const head = await content.head(signal);
  const { size } = await content.file.stat(signal);
  learn(file, head, place);
  file.encoding = encodingOf(head);
  const lineEnd = { utf8: "\n", utf16le: "\n\0", utf16be: "\0\n" }[file.encoding];
  const parts: Buffer[] = [];
  const from = Math.max(0, size - lineEnd.length);
  for await (const part of content.file.read(from, signal, size - from)) parts.push(part);
  file.offset = size;
  file.oldest = true;
  file.skipping = size > 0 && Buffer.concat(parts).toString("latin1") !== lineEnd;
}
