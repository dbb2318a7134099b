import { cpus } from "node:os";
import { closest } from "../src/lib/closest.ts";
import { bench as collect } from "./bench/collect.ts";
import { bench as detect } from "./bench/detect.ts";
import { bench as parse } from "./bench/parse.ts";
import { foreignCpu } from "./bench/cpu.ts";
import { bench as report } from "./bench/report.ts";
import { bench as scale } from "./bench/scale.ts";
import { bench as ship } from "./bench/ship.ts";
import { bench as watch } from "./bench/watch.ts";

/** What a bench measures beside the machine itself; `runs` is how many its medians are of. */
export type BenchResult = Readonly<Record<string, unknown>> & { runs: number };

/** Every bench by its name: `npm run bench -- NAME [its own flags]`. Progress goes to stderr. */
const benches: Readonly<Record<string, (argv: readonly string[]) => Promise<BenchResult>>> = {
  collect,
  detect,
  parse,
  report,
  scale,
  ship,
  watch,
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
    cores: cpus().length,
    foreign_cpu_percent: foreign(),
    // A bench that must first fill a server tells its own.
    seconds: Number(((performance.now() - started) / 1000).toFixed(1)),
    ...result,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
