import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const cli = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));

/** Runs a command of the product to its end. @throws with what it printed when it fails. */
export async function runLeafwatch(args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", cli, ...args]);
  return stdout;
}
