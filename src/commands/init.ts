import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { AppError } from "../lib/errors.ts";
import { exampleConfig } from "../config/example.ts";
import type { AddCommand, Io } from "./io.ts";

interface Options {
  yes?: boolean;
  folder: string;
}

/** The rules that ship with the package; they stand beside src/ as beside dist/. */
const shippedRules = new URL("../../rules/", import.meta.url);

/** `leafwatch init`: writes a config and the shipped rules. Touches no network and overwrites nothing. */
export const initCommand: AddCommand = (program, io) => {
  program
    .command("init")
    .description("write leafwatch.yml and rules/ into this folder")
    .option("-y, --yes", "ask nothing; write the example as it is")
    .option("--folder <path>", "where to write", ".")
    .action(async ({ yes, folder }: Options) => {
      const answers = yes || !io.terminal ? {} : await ask(io);
      const config = join(folder, "leafwatch.yml");
      await written(config, () => writeFile(config, exampleConfig(answers), { flag: "wx" }));
      const rules = join(folder, "rules");
      await written(rules, () =>
        cp(shippedRules, rules, { recursive: true, force: false, errorOnExist: true }),
      );
      await io.out(
        `wrote ${config} and ${rules}/\nnext: put your hosts into ${config}, then leafwatch check\n`,
      );
    });
};

async function written(path: string, write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    const exists = ["EEXIST", "ERR_FS_CP_EEXIST"].includes(
      (cause as NodeJS.ErrnoException).code ?? "",
    );
    throw new AppError(
      "INIT_WRITE",
      `${path} ${exists ? "exists already" : `cannot be written: ${(cause as Error).message}`}`,
      {
        hint: exists
          ? "nothing is overwritten: move it away first, or name another --folder"
          : "choose a folder you may write to with --folder",
        cause,
      },
    );
  }
}

async function ask(io: Io): Promise<Parameters<typeof exampleConfig>[0]> {
  const questions = createInterface({ input: io.stdin, output: process.stderr });
  try {
    const one = async (question: string, fallback: string) =>
      (await questions.question(`${question} [${fallback}] `, { signal: io.signal })).trim() ||
      fallback;
    return {
      elasticsearch: await one("Elasticsearch", "http://127.0.0.1:9200"),
      host: await one("address of the first host", "web1.example.org"),
      user: await one("account on that host", "leafwatch"),
      smtp: await one("mail server", "mail.example.org"),
      mail: await one("who gets alerts", "it@example.org"),
      timezone: await one("time zone", Intl.DateTimeFormat().resolvedOptions().timeZone),
    };
  } finally {
    questions.close();
  }
}
