import { basename, dirname } from "node:path/posix";
import type { Log } from "../lib/log.ts";
import type { FileAccess } from "./files.ts";
import { rotatedSiblings, type Sibling } from "./rotation.ts";

export interface Place {
  host: string;
  /** The live path. */
  path: string;
  log: Log;
}

/** What stands in the folder of a live path: one of its siblings, or itself. */
export interface Present {
  name: string;
  compressed: boolean;
  live: boolean;
}

/** What stands beside the live file, oldest first. */
export async function siblings(
  files: FileAccess,
  { path }: Place,
  signal: AbortSignal,
): Promise<Sibling[]> {
  return rotatedSiblings(basename(path), (await files.list(dirname(path), signal)) ?? []);
}

/** Those of `found` that can be read. */
export function readable(found: readonly Sibling[], { host, path, log }: Place): Present[] {
  const folder = dirname(path);
  return found.flatMap(({ name, compression }) => {
    const full = folder === "/" ? `/${name}` : `${folder}/${name}`;
    if (compression !== "other")
      return [{ name: full, compressed: compression === "gzip", live: false }];
    log.warn(
      { "host.name": host, file: full },
      "only gzip is unpacked: a rotated file is not read",
    );
    return [];
  });
}

/**
 * True when the names beside the live file are those that were `seen`: all steps of a rotation but the last change
 * them, and what was moved or compressed after it was listed was not there when it was to be opened.
 */
export async function areStill(
  files: FileAccess,
  place: Place,
  seen: readonly Sibling[],
  signal: AbortSignal,
): Promise<boolean> {
  const now = await siblings(files, place, signal);
  return now.length === seen.length && now.every(({ name }, at) => name === seen[at]?.name);
}
