import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError, messageOf } from "../../src/lib/errors.ts";
import { summaryKeys } from "./summary.ts";

/**
 * Makes `folder` ready for a result: new, or emptied where it holds an earlier one (its summary.json says so).
 *
 * @throws DEMO_OUT_NOT_OURS when other things are in it; DEMO_OUT_UNWRITABLE.
 */
export async function prepareOut(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw unwritable(folder, error);
  });
  if (entries.length > 0 && !(await isOurs(folder))) {
    throw new AppError("DEMO_OUT_NOT_OURS", `${folder} holds something else than an earlier demo`, {
      hint: "nothing was removed: name another folder with --out, or empty this one yourself",
    });
  }
  try {
    for (const entry of entries) await rm(join(folder, entry), { recursive: true });
    await mkdir(join(folder, "mail"), { recursive: true });
  } catch (error) {
    throw unwritable(folder, error);
  }
}

async function isOurs(folder: string): Promise<boolean> {
  try {
    const summary: unknown = JSON.parse(await readFile(join(folder, "summary.json"), "utf8"));
    if (summary === null || typeof summary !== "object") return false;
    return summaryKeys.every((key) => key in summary);
  } catch {
    return false;
  }
}

function unwritable(folder: string, cause: unknown): AppError {
  return new AppError("DEMO_OUT_UNWRITABLE", `${folder}: ${messageOf(cause)}`, {
    hint: "name a folder that you may write to with --out",
    cause,
  });
}
