/** `npm test`: every stage in turn, each in a process of its own; ends with one line that counts them all. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findJava } from "../src/es/java.ts";
import { messageOf } from "../src/lib/errors.ts";

interface Stage {
  name: string;
  /** Tests for mocha … */
  spec?: string | readonly string[];
  /** … or commands, each of which counts as one test. */
  commands?: readonly string[];
  /** Of one test, milliseconds. */
  timeoutMs?: number;
  /** Without a Java so new the stage is pending. */
  java?: number;
  env?: Record<string, string>;
}

const stages: readonly Stage[] = [
  {
    name: "check",
    commands: ["types", "lint", "format", "unused", "docs"].map(
      (part) => `npm run -s check:${part}`,
    ),
  },
  { name: "unit", spec: "test/unit/**/*.test.ts", timeoutMs: 60_000 },
  { name: "integration", spec: "test/integration/**/*.test.ts", timeoutMs: 180_000 },
  {
    name: "newer-server",
    spec: ["es/documents", "es/templates", "ship/shipper", "watch/count"].map(
      (name) => `test/integration/${name}.test.ts`,
    ),
    timeoutMs: 180_000,
    java: 21,
    env: { TEST_ELASTICSEARCH_VERSION: "9.5.3", ELASTICSEARCH_URL: "" },
  },
  { name: "walkthrough", spec: "test/walkthrough/**/*.test.ts", timeoutMs: 600_000 },
];

interface Counts {
  passes: number;
  failures: number;
  pending: string[];
  failed: Failed[];
}

/** A test that failed, told again at the end: a log is often read from there. */
interface Failed {
  title: string;
  /** Message and stack, where there are any. */
  error?: string;
}

const none = (): Counts => ({ passes: 0, failures: 0, pending: [], failed: [] });

async function run(stage: Stage, folder: string): Promise<Counts> {
  try {
    if (stage.java !== undefined) await findJava(stage.java);
  } catch (error) {
    return { ...none(), pending: [`${stage.name}: ${messageOf(error)}`] };
  }
  return stage.spec === undefined ? runCommands(stage) : runMocha(stage, stage.spec, folder);
}

async function runCommands({ commands = [], env }: Stage): Promise<Counts> {
  const counts = none();
  for (const command of commands) {
    const child = spawn(command, {
      shell: true,
      stdio: "inherit",
      env: { ...process.env, ...env },
    });
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    console.log(`  ${code === 0 ? "✔" : "✘"} ${command}`);
    if (code === 0) {
      counts.passes++;
      continue;
    }
    counts.failures++;
    counts.failed.push({ title: command });
  }
  return counts;
}

async function runMocha(
  stage: Stage,
  spec: string | readonly string[],
  folder: string,
): Promise<Counts> {
  const file = join(folder, stage.name);
  const args = [
    "mocha",
    "--reporter",
    "test/helpers/count-reporter.cjs",
    "--timeout",
    String(stage.timeoutMs ?? 10_000),
  ];
  const child = spawn("npx", [...args, ...[spec].flat()], {
    stdio: "inherit",
    env: { ...process.env, ...stage.env, TEST_COUNTS: file },
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  const ended = { title: `${stage.name}: mocha ended with ${code ?? "a signal"}` };
  if (!existsSync(file)) return { ...none(), failures: 1, failed: [ended] };
  const counts = JSON.parse(readFileSync(file, "utf8")) as Counts;
  // A run that dies after its report (a leaked handle, an unhandled rejection) has failed too.
  return code === 0 || counts.failures > 0 ? counts : { ...counts, failures: 1, failed: [ended] };
}

const folder = mkdtempSync(join(tmpdir(), "leafwatch-test-"));
const total = none();
const wanted = process.argv.slice(2);
for (const stage of stages) {
  if (wanted.length > 0 && !wanted.includes(stage.name)) continue;
  const started = performance.now();
  console.log(`\n=== ${stage.name}`);
  const counts = await run(stage, folder);
  total.passes += counts.passes;
  total.failures += counts.failures;
  total.pending.push(...counts.pending);
  total.failed.push(...counts.failed);
  console.log(`=== ${stage.name}: ${Math.round((performance.now() - started) / 1000)} s`);
}
rmSync(folder, { recursive: true });

for (const { title, error } of total.failed) {
  console.log(`failed: ${title}${error === undefined ? "" : `\n${error.replaceAll(/^/gm, "  ")}`}`);
}
for (const title of total.pending) console.log(`pending: ${title}`);
// On a developer's machine a missing tool (sshd, Java 21, Chromium) is a pending test; in CI nothing may be missing.
if (process.env["CI"]) total.failures += total.pending.length;
console.log(`${total.passes} passed, ${total.failures} failed`);
process.exitCode = total.failures > 0 ? 1 : 0;
