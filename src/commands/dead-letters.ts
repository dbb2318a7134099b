import { AppError } from "../lib/errors.ts";
import { visible } from "../lib/visible.ts";
import {
  createDeadLetters,
  type DeadLetterChange,
  type StoredDeadLetter,
} from "../ship/dead-letters.ts";
import { openReachable, withConfig, type ConfigOptions } from "./context.ts";
import type { AddCommand } from "./io.ts";
import { tableOf } from "./table.ts";

interface Options extends ConfigOptions {
  json?: boolean;
}

/** `leafwatch dead-letters …`: events that Elasticsearch would not take, and what to do about them. */
export const deadLettersCommand: AddCommand = (program, io) => {
  const letters = program
    .command("dead-letters")
    .description("events that Elasticsearch refused: list, send again, give up");

  withConfig(letters.command("list"))
    .description("show those that nobody has dealt with")
    .option("--json", "print them as JSON")
    .action(async (options: Options) => {
      await using context = await openReachable(options, io);
      const found = await createDeadLetters(context.client, context.config.namespace).list(
        {},
        io.signal,
      );
      await io.out(options.json ? `${JSON.stringify(found)}\n` : describe(found, io.columns));
    });

  for (const [name, description] of [
    ["retry", "send them again under their own ids, after the mapping was mended"],
    ["drop", "give them up: they stay stored but no longer count"],
  ] as const) {
    withConfig(letters.command(name))
      .description(description)
      .argument("[id...]", "ids of list; none: all of them")
      .option("--json", "print what became of them as JSON")
      .action(async (ids: string[], options: Options) => {
        await using context = await openReachable(options, io);
        const store = createDeadLetters(context.client, context.config.namespace);
        const open = await store.list({}, io.signal);
        const changes: DeadLetterChange[] = [];
        for (const letter of chosen(open, ids)) changes.push(await store[name](letter, io.signal));
        const refused = changes.filter(({ reason }) => reason !== undefined);
        await io.out(
          options.json
            ? `${JSON.stringify(changes)}\n`
            : `${changes.length - refused.length} of ${changes.length} done\n`,
        );
        const [first] = refused;
        if (!first) return;
        throw new AppError(
          "DEAD_LETTERS_REFUSED",
          `${refused.length} are still refused: ${first.reason ?? ""}`,
          {
            hint: "mend the mapping (the @custom component template) and roll the stream over, or drop them",
          },
        );
      });
  }
};

function chosen(
  open: readonly StoredDeadLetter[],
  ids: readonly string[],
): readonly StoredDeadLetter[] {
  if (ids.length === 0) return open;
  const missing = ids.filter((id) => !open.some((letter) => letter.id === id));
  if (missing.length === 0) return open.filter(({ id }) => ids.includes(id));
  throw new AppError("USAGE_DEAD_LETTER", `no open dead letter ${missing.join(", ")}`, {
    hint: "leafwatch dead-letters list shows those there are",
  });
}

function describe(found: readonly StoredDeadLetter[], columns: number | undefined): string {
  if (found.length === 0) return "no dead letters\n";
  const rows = found.map(({ id, time, host = "", path = "", reason }) => [
    ...[id, time, visible(host, 60), visible(path, 60), visible(reason, 100)],
  ]);
  return tableOf(["id", "refused", "host", "path", "reason"], rows, columns);
}
