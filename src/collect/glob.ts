const special = /[*?[{]/;

/** True when `path` names files by a pattern: `*`, `?`, `[a-z]`, `{a,b}`. A backslash takes a sign literally. */
export function isGlob(path: string): boolean {
  return special.test(path.replace(/\\./gs, ""));
}

/** `path` without the backslashes that keep its signs from being a pattern. */
export function literalPath(path: string): string {
  return path.replace(/\\(.)/gs, "$1");
}

/**
 * The paths that `pattern` matches, sorted. `list` gives the names in a folder, undefined where there is none. As in
 * a shell, `*` and `?` match neither `/` nor a leading dot.
 */
export async function expandGlob(
  pattern: string,
  list: (folder: string) => Promise<readonly string[] | undefined>,
): Promise<string[]> {
  const [first = "", ...parts] = pattern.split("/");
  let paths = [literalPath(first)];
  for (const part of parts) {
    if (!isGlob(part)) {
      paths = paths.map((path) => `${path}/${literalPath(part)}`);
      continue;
    }
    const matches = nameMatcher(part);
    const next: string[] = [];
    for (const path of paths) {
      const names = (await list(path === "" ? "/" : path)) ?? [];
      next.push(...names.filter(matches).map((name) => `${path}/${name}`));
    }
    paths = next;
  }
  return paths.sort();
}

/** Matches one name against one part of a pattern. */
export function nameMatcher(part: string): (name: string) => boolean {
  let source = "";
  let depth = 0;
  for (let at = 0; at < part.length; at++) {
    const sign = part.charAt(at);
    const close = sign === "[" ? part.indexOf("]", at + 2) : -1;
    if (sign === "\\" && at + 1 < part.length) source += escaped(part.charAt(++at));
    else if (sign === "*") source += "[^/]*";
    else if (sign === "?") source += "[^/]";
    else if (close > 0) {
      const set = part.slice(at + 1, close).replace(/[\\[\]^]/g, "\\$&");
      source += `[${set.replace(/^(!|\\\^)/, "^")}]`;
      at = close;
    } else if (sign === "{" && part.includes("}", at)) {
      depth++;
      source += "(?:";
    } else if (sign === "}" && depth > 0) {
      depth--;
      source += ")";
    } else if (sign === "," && depth > 0) source += "|";
    else source += escaped(sign);
  }
  const expression = compile(source + ")".repeat(depth), part);
  const dots = part.startsWith(".");
  return (name) => (dots || !name.startsWith(".")) && expression.test(name);
}

/** A set such as `[z-a]` is no pattern: then the signs stand for themselves, as in a shell. */
function compile(source: string, part: string): RegExp {
  try {
    return new RegExp(`^(?:${source})$`, "s");
  } catch {
    return new RegExp(`^${escaped(part)}$`, "s");
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
