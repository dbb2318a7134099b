import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import type { Problem } from "../model/notification.ts";
import type { RuleSet } from "./load-rules.ts";
import type { Mute } from "./mutes.ts";
import type { RuleFileProblem } from "./parse-rule-file.ts";
import type { Watcher } from "./watcher.ts";

/** Rules and mutes as they are read together. */
export interface WatchFiles {
  set: RuleSet;
  mutes: readonly Mute[];
  /** The file of mutes and whatever else a change of which must be noticed. */
  files: readonly string[];
}

/** Keeps a running watcher's rules as its files have them. */
export interface Reloader {
  /**
   * Reads the files again where one has changed (or `force`), and gives the watcher the new rules if all of them are
   * right. With a mistake anywhere the old ones stay. Resolves to what operators must know of it.
   */
  refresh(force: boolean): Promise<Problem[]>;
}

/** `first` is what the watcher was made with. What is read again, and what is wrong with it, goes to `log` too. */
export function createReloader(
  watcher: Watcher,
  first: WatchFiles,
  load: () => Promise<WatchFiles>,
  log: Log,
): Reloader {
  // Files of a set that was refused too: mended in place, they change nothing else.
  let watched = filesOf(first);
  let stamp: string | undefined;
  let problems = refusals(first.set.problems);
  const refuse = (reason: string) => {
    log.error({ reason }, "changed rule files have mistakes: the rules read before run on");
    problems = [kept(reason)];
  };
  const refresh = async (force: boolean) => {
    const now = await stampOf(watched);
    stamp ??= now;
    if (!force && now === stamp) return problems;
    stamp = now;
    try {
      const next = await load();
      watched = filesOf(next);
      stamp = await stampOf(watched);
      const { rules, problems: found } = next.set;
      if (found.length > 0) refuse(found.map(lineOf).join("\n"));
      else {
        watcher.reload(rules, next.mutes);
        problems = [];
        log.info({ rules: rules.length }, "rule files are read again");
      }
    } catch (error) {
      refuse(messageOf(error));
    }
    return problems;
  };
  // One after another: a pass and a signal may ask at the same time.
  let last = Promise.resolve(problems);
  return {
    refresh(force) {
      last = last.then(() => refresh(force));
      return last;
    },
  };
}

const filesOf = ({ set, files }: WatchFiles) => [...set.files, ...files];

/** One problem for operators for each rule (or file) that is refused. */
export function refusals(found: readonly RuleFileProblem[]): Problem[] {
  const lines = new Map<string, string[]>();
  for (const problem of found) {
    const name = problem.rule ?? problem.file;
    lines.set(name, [...(lines.get(name) ?? []), lineOf(problem)]);
  }
  return [...lines].map(([name, reasons]) => ({
    key: `rule-refused:${name}`,
    level: "high",
    title: `Rule ${name} is refused and does not run`,
    detail: reasons.join("\n"),
  }));
}

function kept(reason: string): Problem {
  return {
    key: "rules-not-reloaded",
    level: "high",
    title: "Changed rule files have mistakes: the rules read before run on",
    detail: reason,
  };
}

const lineOf = ({ file, line, column, message }: RuleFileProblem) =>
  `${file}:${line}:${column}: ${message}`;

/** Changes when a file does, comes or goes; the folders tell of new ones. */
async function stampOf(files: readonly string[]): Promise<string> {
  const stamps = await Promise.all(
    [...files, ...new Set(files.map(dirname))].map(async (file) => {
      const found = await stat(file).catch(() => undefined);
      return `${file} ${found?.mtimeMs ?? "-"} ${found?.size ?? "-"}`;
    }),
  );
  return stamps.join("\n");
}
