import { z } from "zod";
import type { Position } from "../model/raw-line.ts";
import type { FileStat } from "./files.ts";
import { beginsWith, type Head } from "./recognition.ts";

/** How far one file of a stream is read; survives a restart in the position. */
export interface FileState {
  /** Undefined while its first line is not complete. */
  origin?: string;
  head: Head;
  /** First byte that is not read, in the bytes as they were written. */
  offset: number;
  /** `offset` stands in the remainder of a line that was cut. */
  skipping?: boolean;
  /** As last seen; of a compressed file, of what it holds as far as it was read. */
  size: number;
  mtimeMs: number;
  inode?: string;
  /** Nobody writes to it any more and all of it is read. */
  done?: boolean;
  /** What is older was left out on purpose. */
  oldest?: boolean;
}

/** A file that may be one of those that were read before. */
export interface Candidate {
  compressed: boolean;
  live: boolean;
  /** What it begins with, up to 1 KiB. */
  head: Buffer;
  stat: FileStat;
}

const positionShape = z.object({
  files: z.array(
    z.object({
      origin: z.string().optional(),
      head: z.tuple([z.number(), z.string()]),
      offset: z.number(),
      skipping: z.boolean().optional(),
      size: z.number(),
      mtime: z.number(),
      inode: z.string().optional(),
      done: z.boolean().optional(),
    }),
  ),
});

/** Finished files that a position remembers, to know them again when the live one is gone. */
const remembered = 8;

/** The states as a position, oldest first. Files of which nothing was read yet are found again by their place. */
export function toPosition(states: readonly FileState[]): Position {
  const begun = states.filter((state) => isBegun(state));
  const drop = new Set(begun.filter((state) => state.done).slice(0, -remembered));
  const files = begun
    .filter((state) => !drop.has(state))
    .map(({ head, mtimeMs, origin, offset, skipping, size, inode, done }) => ({
      ...(origin !== undefined && { origin }),
      head: [head.length, head.hash],
      offset,
      ...(skipping && { skipping }),
      size,
      mtime: mtimeMs,
      ...(inode !== undefined && { inode }),
      ...(done && { done }),
    }));
  return { files };
}

/** @throws ZodError when the position was not made by `toPosition`. */
export function fromPosition(position: Position): FileState[] {
  return positionShape.parse(position).files.map(({ head, mtime, ...rest }) => ({
    ...rest,
    head: { length: head[0], hash: head[1] },
    mtimeMs: mtime,
  }));
}

/** True when something of the file was read. */
export function isBegun(state: FileState): boolean {
  return state.head.length > 0 && (state.offset > 0 || state.done === true);
}

/** True when every file older than this one was read before it, or is not to be read. */
export function closesThePast(state: FileState): boolean {
  return state.oldest === true || isBegun(state);
}

/**
 * Which of `states` each candidate (oldest first) is: the index of the state, `"new"`, or undefined for one that
 * was read before our time or is a copy of one that is matched. Files are read oldest first: so what is older than one
 * that is begun was read, but not what is older than one that is only known.
 */
export function recognise(
  states: readonly FileState[],
  candidates: readonly Candidate[],
): (number | "new" | undefined)[] {
  const found: (number | "new" | undefined)[] = candidates.map(() => undefined);
  const copies = new Set<number>();
  states.forEach((state, index) => {
    const alike = candidates.flatMap((candidate, at) =>
      found[at] === undefined && mayBe(state, candidate) ? [at] : [],
    );
    const best = alike.reduce<number | undefined>((one, at) => {
      const [left, right] = [one === undefined ? undefined : candidates[one], candidates[at]];
      return right && (!left || likeness(state, right) >= likeness(state, left)) ? at : one;
    }, undefined);
    if (best === undefined) return;
    found[best] = index;
    // What is alike and older is a copy of it (copytruncate at work). Newer ones only begin alike.
    alike.filter((at) => at < best).forEach((at) => copies.add(at));
  });
  const past = states.filter((state) => closesThePast(state));
  const newestRead = found.findLastIndex((one) => {
    const state = typeof one === "number" ? states[one] : undefined;
    return state !== undefined && closesThePast(state);
  });
  const lastLook = Math.max(0, ...past.map((state) => state.mtimeMs));
  return found.map((one, at) => {
    const candidate = candidates[at];
    if (one !== undefined || !candidate || copies.has(at)) return one;
    if (newestRead >= 0) return at > newestRead ? "new" : undefined;
    return candidate.live || past.length === 0 || candidate.stat.mtimeMs > lastLook
      ? "new"
      : undefined;
  });
}

function mayBe(state: FileState, { compressed, head, stat }: Candidate): boolean {
  // A file does not get shorter: what does was written anew.
  return beginsWith(head, state.head) && (compressed || stat.size >= state.offset);
}

/** Of several files with the same first bytes, which is it most likely? */
function likeness(state: FileState, { compressed, live, stat }: Candidate): number {
  if (state.inode !== undefined && state.inode === stat.inode) return 4;
  if (!compressed && state.size === stat.size && state.mtimeMs === stat.mtimeMs) return 3;
  if (live) return 2;
  return compressed ? 0 : 1;
}
