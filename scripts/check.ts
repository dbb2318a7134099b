/** `npm run check`: types, lint, format, unused code, reference docs and the tests without a server, two at a time. */
import { spawn } from "node:child_process";

const lint = ["npm run check:lint"];
const others = [
  "npm run check:types",
  "npm run check:format",
  "npm run check:unused",
  "npm run check:docs",
  "npm run test:unit",
];

/** Runs the commands one after the other; shows the output of one that fails. Resolves to whether all were well. */
async function run(commands: readonly string[]): Promise<boolean> {
  let well = true;
  for (const command of commands) {
    const started = performance.now();
    const child = spawn(command, { shell: true, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (text: Buffer) => (output += text.toString()));
    }
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    const seconds = Math.round((performance.now() - started) / 1000);
    console.log(`${code === 0 ? "ok    " : "FAILED"} ${command} (${seconds} s)`);
    if (code !== 0) console.log(output);
    well &&= code === 0;
  }
  return well;
}

const results = await Promise.all([run(lint), run(others)]);
process.exitCode = results.every(Boolean) ? 0 : 1;
