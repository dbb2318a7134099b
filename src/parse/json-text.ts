/** Deeper nesting than any log line has; JSON.parse gets slow on text that does nothing but open brackets. */
const maxDepth = 200;

/** The JSON object that `text` writes. @returns the reason as a string when it is none. */
export function readObject(text: string): Readonly<Record<string, unknown>> | string {
  if (text.trimStart()[0] !== "{") return "no JSON object";
  if (text.length > 10_000 && isDeep(text)) return `JSON nested more than ${maxDepth} deep`;
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>; // what begins with a brace is an object
  } catch (error) {
    return error instanceof Error ? error.message : "not JSON";
  }
}

function isDeep(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 92) i++;
    else if (code === 34) quoted = !quoted;
    else if (quoted) continue;
    else if (code === 91 || code === 123) {
      if (++depth > maxDepth) return true;
    } else if (code === 93 || code === 125) depth--;
  }
  return false;
}
