import { plainContent, type Content } from "./content.ts";
import { isFileError } from "./file-errors.ts";
import type { FileAccess } from "./files.ts";

/** Two files up to this size may well have the same size and time though they are not the same. */
const chanceBytes = 64 * 1024;

/** Does `path` still lead to the file that is open, while either may be written to? */
export async function isStillAt(
  files: FileAccess,
  path: string,
  content: Content,
  signal: AbortSignal,
): Promise<boolean> {
  return unlessGone(() => compare(files, path, content, signal));
}

/** False when `look` finds that a file is gone: where no handle keeps it, one that was compressed at once. */
export async function unlessGone(look: () => Promise<boolean>): Promise<boolean> {
  try {
    return await look();
  } catch (error) {
    if (isFileError(error) && error.code === "FILE_NOT_FOUND") return false;
    throw error;
  }
}

async function compare(
  files: FileAccess,
  path: string,
  content: Content,
  signal: AbortSignal,
): Promise<boolean> {
  const before = await content.file.stat(signal);
  const now = await files.stat(path, signal);
  const after = await content.file.stat(signal);
  if (now === undefined || now.inode !== before.inode) return false;
  const between =
    now.size >= Math.min(before.size, after.size) &&
    now.size <= Math.max(before.size, after.size) &&
    now.mtimeMs >= before.mtimeMs &&
    now.mtimeMs <= after.mtimeMs;
  if (!between || now.inode !== undefined || now.size > chanceBytes) return between;
  const known = await content.head(signal);
  const other = plainContent(await files.open(path, signal));
  try {
    const head = await other.head(signal);
    return known.equals(head.subarray(0, known.length));
  } finally {
    await other.file.close();
  }
}
