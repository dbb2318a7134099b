import { readFile } from "node:fs/promises";
import { isMap, isScalar, LineCounter, parseDocument, visit, type Document } from "yaml";

/** One mistake in a YAML file. Line and column count from 1. */
export interface YamlProblem {
  line: number;
  column: number;
  message: string;
}

/** A parsed document which can still say where each of its values stands. */
export interface YamlFile {
  readonly name: string;
  /** The value after `${env:}` and `${file:}` were filled in. */
  readonly value: unknown;
  readonly problems: readonly YamlProblem[];
  /** The value at `path` or, where that is missing, its nearest parent; `key: true` for the key itself. */
  locate(path: readonly PropertyKey[], key?: boolean): { line: number; column: number };
}

type ReadSecret = (path: string) => Promise<string>;
const readSecretFile: ReadSecret = async (path) =>
  (await readFile(path, "utf8")).replace(/\r?\n$/, "");

/** Reads YAML text and fills in secrets; what is wrong stands in `problems`. */
export async function readYaml(
  text: string,
  name: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
  readSecret: ReadSecret = readSecretFile,
): Promise<YamlFile> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problems: YamlProblem[] = [...document.errors, ...document.warnings].map((error) => ({
    ...at(error.pos[0]),
    message: (error.message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, ""),
  }));
  problems.push(...(await fillSecrets(document, env, readSecret, at)));
  return {
    name,
    value: document.errors.length > 0 ? undefined : (document.toJS() as unknown),
    problems,
    locate: (path, key = false) => at(offsetOf(document, path, key)),
  };
}

/** Replaces `${env:NAME}` and `${file:/path}` in string values. */
async function fillSecrets(
  document: Document,
  env: Readonly<Record<string, string | undefined>>,
  readSecret: ReadSecret,
  at: (offset: number) => { line: number; column: number },
): Promise<YamlProblem[]> {
  const problems: YamlProblem[] = [];
  const pending: Promise<void>[] = [];
  visit(document, {
    Scalar(key, node) {
      const value = node.value;
      if (key === "key" || typeof value !== "string" || !value.includes("${")) return;
      const fill = async () => {
        let filled = "";
        let end = 0;
        for (const match of value.matchAll(/\$\{(env|file):([^}]*)\}/g)) {
          const [whole, from, name = ""] = match;
          let secret: string | undefined;
          if (from === "env") secret = env[name];
          else secret = await readSecret(name).catch(() => undefined);
          if (secret === undefined) {
            const what =
              from === "env"
                ? `the environment variable ${name} is not set`
                : `the file ${name} cannot be read`;
            problems.push({ ...at(node.range?.[0] ?? 0), message: `${whole}: ${what}` });
          }
          filled += value.slice(end, match.index) + (secret ?? "");
          end = match.index + whole.length;
        }
        node.value = filled + value.slice(end);
      };
      pending.push(fill());
    },
  });
  await Promise.all(pending);
  return problems;
}

function offsetOf(document: Document, path: readonly PropertyKey[], key: boolean): number {
  let offset = 0;
  for (let length = 0; length <= path.length; length++) {
    const node: unknown =
      length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    const range = (node as { range?: readonly number[] | null } | undefined)?.range;
    if (range?.[0] !== undefined) offset = range[0];
  }
  if (!key || path.length === 0) return offset;
  const parent: unknown =
    path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const pair = isMap(parent)
    ? parent.items.find(
        (item) => isScalar(item.key) && String(item.key.value) === String(path.at(-1)),
      )
    : undefined;
  return (isScalar(pair?.key) ? pair.key.range?.[0] : undefined) ?? offset;
}
