import { access, constants, cp, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError, messageOf } from "../../src/lib/errors.ts";
import { summaryKeys } from "./summary.ts";

/**
 * Makes sure that a result may be put into `folder`: it is new, empty, or holds an earlier one (its summary.json says
 * so). An earlier result stays until there is a new one.
 *
 * @throws DEMO_OUT_NOT_OURS when other things are in it; DEMO_OUT_UNWRITABLE.
 */
export async function checkOut(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    if ((await readdir(folder)).length === 0 || (await isOurs(folder))) return;
  } catch (error) {
    throw unwritable(folder, error);
  }
  throw new AppError("DEMO_OUT_NOT_OURS", `${folder} holds something else than an earlier demo`, {
    hint: "nothing was removed: name another folder with --out, or empty this one yourself",
  });
}

/** Replaces what `checkOut` allowed to be replaced by all that is in `result`. */
export async function fillOut(folder: string, result: string): Promise<void> {
  await checkOut(folder);
  try {
    for (const entry of await readdir(folder)) await rm(join(folder, entry), { recursive: true });
    // First of all what makes the folder ours, so that a half-filled one may be replaced, too.
    await cp(join(result, "summary.json"), join(folder, "summary.json"));
    await cp(result, folder, { recursive: true });
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
