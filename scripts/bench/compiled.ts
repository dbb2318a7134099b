import { execFile } from "node:child_process";
import { copyFile, mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = new URL("../../", import.meta.url);
/** Within the project, so that packages are found from there. */
const folder = new URL("node_modules/.cache/leafwatch-bench/", root);

/**
 * Compiles the project as a release is compiled, so that what is measured carries no loader of ours: tsx alone takes
 * 40 MB. Returns the JavaScript of `script`, a path from the project's root; remove the folder when done.
 */
export async function compiled(script: string): Promise<{ path: string } & AsyncDisposable> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const options = ["--noCheck", "--noEmit", "false", "--rootDir", ".", "--types", "node"];
  const tsc = fileURLToPath(new URL("node_modules/typescript/bin/tsc", root));
  await run(process.execPath, [tsc, "-p", ".", ...options, "--outDir", fileURLToPath(folder)], {
    cwd: fileURLToPath(root),
  });
  await copyFile(new URL("package.json", root), new URL("package.json", folder));
  return {
    path: fileURLToPath(new URL(script.replace(/\.ts$/, ".js"), folder)),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
