/** A query in KQL, as far as our boards use it. */
export type Kql =
  | { kind: "and" | "or"; parts: readonly Kql[] }
  | { kind: "not"; part: Kql }
  | { kind: "all" }
  | { kind: "exists"; field: string }
  | { kind: "is"; field: string; value: string; quoted: boolean }
  | { kind: "wildcard"; field: string; pattern: string }
  | { kind: "range"; field: string; operator: "<" | "<=" | ">" | ">="; value: string };

const tokenPattern = /\s*(?:("(?:[^"\\]|\\.)*")|(>=|<=|[():<>])|([^\s():<>"]+))/y;

/**
 * Reads KQL: `field: value`, `field: (a or b)`, `field >= 1`, `*`, wildcards, phrases, and, or, not, parentheses.
 *
 * @throws Error which says what is wrong and where
 */
export function parseKql(text: string): Kql {
  const tokens = tokenize(text);
  let at = 0;
  const peek = () => tokens[at];
  const take = (expected?: string) => {
    const token = tokens[at++];
    if (token === undefined) throw new Error(`"${text}" ends too early`);
    if (expected !== undefined && token !== expected) {
      throw new Error(`"${text}": ${expected} expected where ${token} stands`);
    }
    return token;
  };
  const isWord = (word: string) => peek()?.toLowerCase() === word;

  function list(kind: "and" | "or", inner: () => Kql): Kql {
    const first = inner();
    const parts = [first];
    while (isWord(kind)) {
      take();
      parts.push(inner());
    }
    return parts.length === 1 ? first : { kind, parts };
  }
  const either = (): Kql => list("or", both);
  const both = (): Kql => list("and", negated);
  function negated(): Kql {
    if (!isWord("not")) return group();
    take();
    return { kind: "not", part: negated() };
  }
  function group(): Kql {
    if (peek() !== "(") return condition();
    take();
    const inner = either();
    take(")");
    return inner;
  }
  function condition(): Kql {
    const field = word("a field");
    const operator = take();
    if (operator === "<" || operator === "<=" || operator === ">" || operator === ">=") {
      return { kind: "range", field, operator, value: word("a value") };
    }
    if (operator !== ":") throw new Error(`"${text}": no operator after ${field}`);
    if (peek() !== "(") return match(field, take());
    take();
    const values = list("or", () => match(field, take()));
    take(")");
    return values;
  }
  function match(field: string, value: string): Kql {
    if (value.startsWith('"')) {
      return { kind: "is", field, value: value.slice(1, -1).replace(/\\(.)/g, "$1"), quoted: true };
    }
    if (/^[():<>]|^[<>]=$/.test(value) || reserved.has(value.toLowerCase())) {
      throw new Error(`"${text}": a value expected where ${value} stands`);
    }
    if (value === "*") return { kind: "exists", field };
    if (value.includes("*")) return { kind: "wildcard", field, pattern: value };
    return { kind: "is", field, value, quoted: false };
  }
  function word(what: string): string {
    const token = take();
    if (/^[():<>"]|^[<>]=$/.test(token) || reserved.has(token.toLowerCase())) {
      throw new Error(`"${text}": ${what} expected where ${token} stands`);
    }
    return token;
  }

  if (tokens.length === 0) return { kind: "all" };
  const query = either();
  if (at < tokens.length) throw new Error(`"${text}": ${String(peek())} was not expected`);
  return query;
}

const reserved = new Set(["and", "or", "not"]);

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < text.trimEnd().length) {
    const from = tokenPattern.lastIndex;
    const match = tokenPattern.exec(text);
    if (!match) throw new Error(`"${text}": not understood from character ${from}`);
    tokens.push(match[1] ?? match[2] ?? match[3] ?? "");
  }
  return tokens;
}

/** A part of a query that names a field. */
export type KqlCondition = Extract<Kql, { field: string }>;

/** Every condition of a query that names a field. */
export function conditionsOf(query: Kql): KqlCondition[] {
  if ("field" in query) return [query];
  if (query.kind === "not") return conditionsOf(query.part);
  return query.kind === "all" ? [] : query.parts.flatMap(conditionsOf);
}
