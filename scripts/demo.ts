import { setMaxListeners } from "node:events";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { AppError, isAbort, messageOf } from "../src/lib/errors.ts";
import { shutdownSignal } from "../src/lib/shutdown.ts";
import { visible } from "../src/lib/visible.ts";
import { createProgress } from "./demo/progress.ts";
import { runDemo } from "./demo/run.ts";
import { summaryTable } from "./demo/summary.ts";

const usage = `npm run demo -- [--out DIR] [--keep]

Plays the main job at one command: four hosts are read over SSH, an attack is noticed and mailed, the week is reported.
  --out DIR   folder for the result (demo-out); an earlier result in it is replaced
  --keep      leave the temporary folder with the config, the log files and the indices
ELASTICSEARCH_URL names a server to use; without it one is started, downloaded at the first time.
`;

// As in cli.ts: every stream of the product listens to one signal.
setMaxListeners(0);

const err = (text: string) => {
  process.stderr.write(text);
};

/** Exit code: 0 the demo came out right, 1 it did not, 2 wrong usage. */
async function main(): Promise<number> {
  let options: { out: string; keep: boolean; help: boolean };
  try {
    const { values } = parseArgs({
      options: {
        out: { type: "string", default: "demo-out" },
        keep: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    options = values;
  } catch (error) {
    err(`demo: ${messageOf(error)}\n\n${usage}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(usage);
    return 0;
  }
  const { isTTY: terminal } = process.stderr;
  const out = resolve(options.out);
  const shutdown = shutdownSignal();
  const progress = createProgress(terminal, err);
  try {
    const { summary, expectedAlerts, folder, errors } = await runDemo(
      {
        out,
        keep: options.keep,
        elasticsearchUrl: process.env["ELASTICSEARCH_URL"] || undefined,
        terminal,
      },
      progress,
      err,
      shutdown.signal,
    );
    progress.end();
    err(summaryTable(summary, expectedAlerts));
    for (const problem of summary.problems) err(`problem: ${visible(problem, 1_000)}\n`);
    for (const error of errors) err(`leafwatch logged: ${visible(error, 500)}\n`);
    if (options.keep) err(`config, log files, indices and leafwatch.log: ${folder}\n`);
    err(`Look at it: ${resolve(out, "index.html")}\n`);
    process.stdout.write(`${JSON.stringify(summary)}\n`);
    return summary.ok ? 0 : 1;
  } catch (error) {
    progress.end();
    if (shutdown.signal.aborted && (isAbort(error) || error === shutdown.signal.reason)) {
      err("demo: stopped; nothing is left running\n");
    } else {
      const hint = error instanceof AppError ? `\n  -> ${error.hint} [${error.code}]` : "";
      err(`demo: ${messageOf(error)}${hint}\n`);
    }
    return 1;
  } finally {
    shutdown[Symbol.dispose]();
  }
}

process.exitCode = await main();
