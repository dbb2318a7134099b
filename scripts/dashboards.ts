/* npm run dashboards: writes dashboards/ from the description in scripts/dashboards/. With --check it writes nothing
   and fails when the files differ. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleFile } from "./dashboards/bundle.ts";

const directory = join(import.meta.dirname, "..", "dashboards");
const { name, text } = bundleFile();
const path = join(directory, name);
const found = await readFile(path, "utf8").catch(() => undefined);

if (found === text) {
  console.log(`dashboards/${name} is what the description says`);
} else if (process.argv.includes("--check")) {
  console.error(`dashboards/${name} is not what the description says: run npm run dashboards`);
  process.exitCode = 1;
} else {
  await mkdir(directory, { recursive: true });
  await writeFile(path, text);
  console.log(`wrote dashboards/${name}`);
}
