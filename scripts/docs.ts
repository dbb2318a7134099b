/** `npm run docs`: writes docs/reference/ from the registries and the code; with --check only compares. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { Command } from "commander";
import { format as prettify } from "prettier";
import { commands } from "../src/commands/registry.ts";
import type { Io } from "../src/commands/io.ts";
import { sourceKinds } from "../src/collect/registry.ts";
import { configSchema } from "../src/config/schema.ts";
import type { Kind } from "../src/lib/kind.ts";
import { notifierKinds } from "../src/notify/registry.ts";
import { formats } from "../src/parse/registry.ts";
import { ruleKinds } from "../src/watch/registry.ts";
import { errorsOfTheCode } from "./docs/errors.ts";
import { keysTable } from "./docs/keys.ts";

type AnyKind = Pick<Kind<unknown>, "type" | "summary" | "options">;

function kindsPage(title: string, intro: string, kinds: readonly AnyKind[]): string {
  const parts = kinds.map(
    ({ type, summary, options }) => `## ${type}\n\n${summary}\n\n${keysTable(options)}\n`,
  );
  return `# ${title}\n\n${intro}\n\n${parts.join("\n")}`;
}

function errorsPage(): string {
  const rows = errorsOfTheCode().map(
    ({ code, message, hint }) => `| \`${code}\` | ${cell(message)} | ${cell(hint)} |`,
  );
  return `# Errors

Every error has a code that stays the same; \`…\` stands for what is filled in. Exit code 2 for those that begin with
CONFIG, RULES, USAGE or PARSE (wrong usage), 1 for all others.

| code | what it says | what to do |
|---|---|---|
${rows.join("\n")}
`;
}

function commandsPage(): string {
  const program = new Command("leafwatch").configureHelp({ helpWidth: 100 });
  for (const add of commands) add(program, {} as Io);
  const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
  const parts = program.commands.flatMap(all).map((command) => {
    const names = [command.name()];
    if (command.parent && command.parent !== program) names.unshift(command.parent.name());
    return `## leafwatch ${names.join(" ")}\n\n\`\`\`\n${command.helpInformation().trimEnd()}\n\`\`\`\n`;
  });
  return `# Commands\n\nEvery command ends with 0 (done), 1 (it failed) or 2 (wrong usage or config).\n\n${parts.join("\n")}`;
}

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
const list = <T>(registry: Readonly<Record<string, T>>): T[] => Object.values(registry);

function pages(): Record<string, string> {
  return {
    "config.md": `# leafwatch.yml\n\n\`\${env:NAME}\` and \`\${file:/path}\` in any text are filled in when the file is read. Relative paths start at the folder that Leafwatch is started in.\n\n${keysTable(configSchema)}\n`,
    "commands.md": commandsPage(),
    "errors.md": errorsPage(),
    "formats.md": kindsPage(
      "Log formats",
      "What `format:` of a `logs:` entry may be.",
      list(formats),
    ),
    "sources.md": kindsPage(
      "Sources",
      "How a `logs:` entry is read; the format decides which.",
      list(sourceKinds),
    ),
    "rules.md": kindsPage(
      "Rule kinds",
      "A rule has exactly one of these keys; docs/rules.md shows them at work.",
      list(ruleKinds),
    ),
    "notifiers.md": kindsPage(
      "Notifiers",
      "What an entry of `notify.recipients` may be.",
      list(notifierKinds),
    ),
  };
}

/** The part of the README between `<!-- NAME -->` and `<!-- /NAME -->`, a table of a registry. */
function withTables(readme: string): string {
  const table = (kinds: readonly AnyKind[]) =>
    [
      "| name | |",
      "|---|---|",
      ...kinds.map(({ type, summary }) => `| \`${type}\` | ${cell(summary)} |`),
    ].join("\n");
  const tables = {
    formats: list(formats),
    rules: list(ruleKinds),
    notifiers: list(notifierKinds),
    sources: list(sourceKinds),
  };
  return Object.entries(tables).reduce(
    (text, [name, kinds]) =>
      text.replace(
        new RegExp(`(<!-- ${name} -->)[^]*?(<!-- /${name} -->)`),
        (_, open: string, close: string) => `${open}\n\n${table(kinds)}\n\n${close}`,
      ),
    readme,
  );
}

async function main(check: boolean): Promise<void> {
  mkdirSync("docs/reference", { recursive: true });
  const wanted: [path: string, text: string][] = [
    ...Object.entries(pages()).map(([name, text]): [string, string] => [
      `docs/reference/${name}`,
      text,
    ]),
    ["README.md", withTables(readFileSync("README.md", "utf8"))],
  ];
  for (const [path, text] of wanted) {
    const formatted = await prettify(text, { parser: "markdown", printWidth: 100 });
    const before = read(path);
    if (before === formatted) continue;
    if (check) {
      console.error(`${path} is not what the code says: run npm run docs`);
      process.exitCode = 1;
    } else {
      writeFileSync(path, formatted);
      console.error(`wrote ${path}`);
    }
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

await main(process.argv.includes("--check"));
