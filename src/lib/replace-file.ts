import { randomUUID } from "node:crypto";
import { realpath, rename, rm, stat, writeFile } from "node:fs/promises";

/**
 * Writes `path` as a whole or not at all: what was there stays until the new content is complete. A link goes on to
 * lead where it led; what is no regular file (`/dev/stdout`) is written to as it is.
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there && !there.isFile()) {
    await writeFile(path, content);
    return;
  }
  const target = there ? await realpath(path) : path;
  const beside = `${target}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    await writeFile(beside, content, { flag: "wx", ...(there && { mode: there.mode }) });
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
