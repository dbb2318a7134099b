import { readFile } from "node:fs/promises";
import { AppError } from "../lib/errors.ts";
import { placeOf } from "../lib/plain-words.ts";
import { readYaml, type YamlFile, type YamlProblem } from "../lib/yaml.ts";
import { checkYaml, yamlError } from "../lib/yaml-problems.ts";
import { knownFields, type KnownFields } from "../watch/known-fields.ts";
import { crossCheck } from "./cross-check.ts";
import { configSchema, type Config } from "./schema.ts";

const hint = "every key is described in docs/reference/config.md";

/**
 * Reads and checks the config file, with its secrets filled in.
 *
 * @throws CONFIG_MISSING when it cannot be read; CONFIG_INVALID with every problem at once, each with line and column.
 */
export async function loadConfig(path: string): Promise<Config> {
  const file = await readYaml(await readText(path), path);
  const { value, problems } = checkYaml(file, configSchema);
  const found = [...problems, ...located(file, await knownFields())];
  if (value && found.length === 0) return value;
  throw yamlError(
    "CONFIG_INVALID",
    found.map((problem) => ({ ...problem, file: path })),
    hint,
  );
}

function located(file: YamlFile, fields: KnownFields): YamlProblem[] {
  return crossCheck(file.value, fields).map(({ path, message }) => ({
    ...file.locate(path),
    message: `${placeOf(file.value, path)}: ${message}`,
  }));
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new AppError("CONFIG_MISSING", `${path} cannot be read: ${(cause as Error).message}`, {
      hint: "`leafwatch init --yes` writes one into this folder; --config FILE names another",
      cause,
    });
  }
}
