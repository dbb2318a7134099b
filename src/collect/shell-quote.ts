/** `text` as one word for a POSIX shell, whatever it holds. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A path as an argument that no program takes for an option. */
export function pathArgument(path: string): string {
  return shellQuote(path.startsWith("-") ? `./${path}` : path);
}
