/** The state in an address of Kibana, read as Kibana reads it. */
export function stateOfLink(url: string): { path: string; _g: unknown; _a: unknown } {
  const [path = "", query = ""] = new URL(url).hash.slice(1).split("?");
  const parts = new URLSearchParams(query);
  return { path, _g: parseRison(parts.get("_g") ?? ""), _a: parseRison(parts.get("_a") ?? "") };
}

/** A reader of Rison, written from its grammar, independent of the writer. */
export function parseRison(text: string): unknown {
  let at = 0;
  function value(): unknown {
    const c = text[at];
    if (c === "!") {
      const next = text[at + 1];
      at += 2;
      if (next !== "(") return { n: null, t: true, f: false }[next ?? ""];
      const items: unknown[] = [];
      while (text[at] !== ")") {
        items.push(value());
        if (text[at] === ",") at++;
      }
      at++;
      return items;
    }
    if (c === "(") {
      at++;
      const entries: [string, unknown][] = [];
      while (text[at] !== ")") {
        const key = value() as string;
        at++;
        entries.push([key, value()]);
        if (text[at] === ",") at++;
      }
      at++;
      return Object.fromEntries(entries);
    }
    if (c === "'") {
      let out = "";
      for (at++; text[at] !== "'"; at++) {
        if (text[at] === "!") at++;
        out += text[at] ?? "";
      }
      at++;
      return out;
    }
    const word = /^[^ '!:(),*@$]+/.exec(text.slice(at))?.[0] ?? "";
    at += word.length;
    return /^-?\d/.test(word) ? Number(word) : word;
  }
  return value();
}
