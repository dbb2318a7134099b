import { cpus } from "node:os";
import { closest } from "../src/lib/closest.ts";
import { bench as parse } from "./bench/parse.ts";
import { foreignCpu } from "./bench/cpu.ts";

/** What a bench measures beside the machine itself; `runs` is how many its medians are of. */
export type BenchResult = Readonly<Record<string, unknown>> & { runs: number };

/** Every bench by its name: `npm run bench -- NAME [its own flags]`. Progress goes to stderr. */
const benches: Readonly<Record<string, (argv: readonly string[]) => Promise<BenchResult>>> = {
  parse,
};

/** Exit code: 0 measured, 2 wrong usage. */
async function main([name = "", ...argv]: readonly string[]): Promise<number> {
  const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
  if (!bench) {
    const names = Object.keys(benches);
    const near = closest(name, names);
    process.stderr.write(
      `bench: there is no "${name}"${near === undefined ? "" : `, did you mean ${near}?`}\n` +
        `npm run bench -- NAME, one of ${names.join(", ")}\n`,
    );
    return 2;
  }
  const started = performance.now();
  const foreign = foreignCpu();
  const result = await bench(argv);
  const line = {
    ...result,
    cores: cpus().length,
    foreign_cpu_percent: foreign(),
    seconds: Number(((performance.now() - started) / 1000).toFixed(1)),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
