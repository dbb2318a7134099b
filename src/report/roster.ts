import { readFile } from "node:fs/promises";
import { AppError, messageOf } from "../lib/errors.ts";

/**
 * The members of a roster file: one a line, `#` starts a comment, each name once.
 *
 * @throws REPORT_ROSTER_UNREADABLE
 */
export async function readRoster(path: string): Promise<string[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new AppError("REPORT_ROSTER_UNREADABLE", `check_in.roster: ${messageOf(error)}`, {
      hint: "name a text file with one member a line",
      cause: error,
    });
  }
  const names = text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .map((line) => line.replace(/#.*$/, "").trim())
    .filter((name) => name !== "");
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()];
}
