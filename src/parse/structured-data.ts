/** SD-ID -> parameter -> value, escapes undone. */
export type StructuredData = Record<string, Record<string, string>>;

/**
 * RFC 5424 §6.3 at `from`: `-`, or elements `[id name="value" …]` in a row, in which `\"`, `\\` and `\]` are escapes.
 * What is not well formed counts as text.
 *
 * @returns the elements, and where the message begins.
 */
export function readStructuredData(
  text: string,
  from: number,
): { elements?: StructuredData; end: number } {
  if (text[from] === "-" && (text[from + 1] === " " || from + 1 >= text.length)) {
    return { end: Math.min(from + 2, text.length) };
  }
  const elements = new Map<string, Record<string, string>>();
  let at = from;
  while (text[at] === "[") {
    const element = readElement(text, at);
    if (!element) break;
    elements.set(element.id, Object.fromEntries(element.parameters));
    at = element.end;
  }
  if (elements.size === 0) return { end: from };
  return { elements: Object.fromEntries(elements), end: text[at] === " " ? at + 1 : at };
}

function readElement(text: string, from: number) {
  const id = /^[^ =\]"]{1,64}/.exec(text.slice(from + 1, from + 65))?.[0];
  if (id === undefined) return undefined;
  const parameters = new Map<string, string>();
  let at = from + 1 + id.length;
  while (text[at] === " ") {
    while (text[at] === " ") at++;
    if (text[at] === "]") break;
    const name = /^[^ =\]"]{1,64}/.exec(text.slice(at, at + 64))?.[0];
    if (name === undefined || !text.startsWith('="', at + name.length)) return undefined;
    const value = readValue(text, at + name.length + 2);
    if (!value) return undefined;
    parameters.set(name, value.value);
    at = value.end;
  }
  return text[at] === "]" ? { id, parameters, end: at + 1 } : undefined;
}

function readValue(text: string, from: number): { value: string; end: number } | undefined {
  for (let end = from; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === 92) {
      end++;
    } else if (code === 34) {
      const raw = text.slice(from, end);
      return { value: raw.includes("\\") ? raw.replace(/\\(["\\\]])/g, "$1") : raw, end: end + 1 };
    }
  }
  return undefined;
}
