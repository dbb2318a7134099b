import { existsSync, readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { AppError } from "../lib/errors.ts";
import { wildcard } from "../lib/wildcard.ts";

/** The files that patterns match: `*` stands for any part of a name. @throws RULES_MISSING. */
export async function ruleFiles(globs: readonly string[], folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const glob of globs) {
    const name = basename(glob);
    const pattern = wildcard(name);
    const names = await readdir(resolve(folder, dirname(glob))).catch(() => []);
    const matching = names.filter((one) => pattern.test(one)).sort();
    if (matching.length === 0) {
      throw new AppError("RULES_MISSING", `no rule file ${glob}`, {
        hint: "`leafwatch init` writes rules/; watch.rules in the config says where rules are",
      });
    }
    found.push(...matching.map((one) => join(dirname(glob), one)));
  }
  return [...new Set(found)];
}

/** Text of a list that a rule names: beside the rule file, else in the working folder. @throws when it cannot be read. */
export function readList(
  path: string,
  ruleFile: string,
  folder: string,
  onList?: (path: string) => void,
): string {
  const places = [resolve(folder, dirname(ruleFile), path), resolve(folder, path)];
  const found = places.find((place) => existsSync(place)) ?? path;
  onList?.(found);
  return readFileSync(found, "utf8");
}
