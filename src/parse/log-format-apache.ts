import type { Column, LogFormat } from "./log-format.ts";
import { timed, meanings, type Meaning } from "./log-format-columns.ts";
import { readClf, readEpoch, readFraction, readStrftime } from "./time-parts.ts";

/** %-directives of mod_log_config without an argument. */
const plain: Readonly<Record<string, Meaning>> = {
  a: meanings.address,
  h: meanings.address,
  A: meanings.serverAddress,
  B: meanings.bodyBytes,
  b: meanings.bodyBytes,
  D: meanings.microseconds,
  f: meanings.file,
  H: meanings.protocol,
  I: meanings.requestBytes,
  L: meanings.requestId,
  m: meanings.method,
  O: meanings.totalBytes,
  p: meanings.vhostPort,
  P: meanings.pid,
  q: meanings.query,
  r: meanings.request,
  s: meanings.status,
  T: meanings.seconds,
  t: timed(readClf),
  u: meanings.user,
  U: meanings.path,
  v: meanings.vhost,
  V: meanings.vhost,
};

const requestHeaders: Readonly<Record<string, Meaning>> = {
  referer: meanings.referrer,
  "user-agent": meanings.agent,
  "x-forwarded-for": meanings.forwardedFor,
  host: meanings.hostHeader,
  "x-request-id": meanings.requestId,
};

/** %{argument}X: the letter decides what the argument names. */
const withArgument: Readonly<Record<string, (argument: string) => Meaning>> = {
  i: (name) => requestHeaders[name.toLowerCase()] ?? meanings.ignored,
  o: (name) => (name.toLowerCase() === "content-type" ? meanings.mimeType : meanings.ignored),
  e: (name) => (name === "UNIQUE_ID" ? meanings.requestId : meanings.ignored),
  x: (name) => tls[name] ?? meanings.ignored,
  a: () => meanings.peer,
  h: () => meanings.peer,
  p: (which) =>
    which === "remote"
      ? meanings.clientPort
      : which === "local"
        ? meanings.serverPort
        : meanings.vhostPort,
  P: (which) => (which === "tid" || which === "hextid" ? meanings.tid : meanings.pid),
  T: (unit) =>
    unit === "us"
      ? meanings.microseconds
      : unit === "ms"
        ? meanings.milliseconds
        : meanings.seconds,
  t: timeOf,
};

const tls: Readonly<Record<string, Meaning>> = {
  SSL_PROTOCOL: meanings.tlsVersion,
  SSL_CIPHER: meanings.tlsCipher,
};

function timeOf(argument: string): Meaning {
  const pattern = argument.replace(/^(?:begin|end):?/, "");
  switch (pattern) {
    case "":
      return timed(readClf);
    case "sec":
      return timed(readEpoch(1000));
    case "msec":
      return timed(readEpoch(1));
    case "usec":
      return timed(readEpoch(0.001));
    case "msec_frac":
      return timed(readFraction(1));
    case "usec_frac":
      return timed(readFraction(1000));
    default:
      return timed(readStrftime(pattern));
  }
}

const nicknames: Readonly<Record<string, string>> = {
  common: '%h %l %u %t "%r" %>s %b',
  combined: '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"',
  vhost_combined: '%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i"',
};

/** Compiles Apache's LogFormat: the string, a nickname of the usual ones, or the whole `LogFormat "…" name` line. */
export function apacheLogFormat(text: string): LogFormat {
  const line = /^\s*(?:LogFormat|CustomLog\s+\S+)\s+"((?:[^"\\]|\\.)*)"/i.exec(text)?.[1];
  const source = unescaped(nicknames[text.trim()] ?? line ?? text);
  const parts: (string | Column)[] = [];
  let literal = "";
  const directive = /%(?:[!<>\d,]*)(?:\{([^}]*)\})?(?:[<>]*)(\^t[io]|[A-Za-z%])/y;
  for (let i = 0; i < source.length;) {
    directive.lastIndex = i;
    const found = source[i] === "%" ? directive.exec(source) : null;
    if (!found?.[2]) {
      literal += source[i] ?? "";
      i++;
      continue;
    }
    i += found[0].length;
    if (found[2] === "%") {
      literal += "%";
      continue;
    }
    if (literal !== "") parts.push(literal);
    literal = "";
    parts.push({ directive: found[0], ...meaningOf(found[2], found[1]) });
  }
  if (literal !== "") parts.push(literal);
  return { parts: withBodyBytes(withBrackets(parts)) };
}

function meaningOf(letter: string, argument: string | undefined): Meaning {
  if (argument === undefined) return plain[letter] ?? meanings.ignored;
  return withArgument[letter]?.(argument) ?? meanings.ignored;
}

/** `\"`, `\\`, `\t` and `\n` as Apache's configuration means them. */
function unescaped(text: string): string {
  return text.replace(/\\(["\\tn])/g, (_, char: string) =>
    char === "t" ? "\t" : char === "n" ? "\n" : char,
  );
}

/** %t writes its own brackets: as literals they anchor the columns beside it. */
function withBrackets(parts: readonly (string | Column)[]): (string | Column)[] {
  const bracketed = parts.flatMap((part) =>
    typeof part !== "string" && part.time === readClf ? ["[", part, "]"] : [part],
  );
  const merged: (string | Column)[] = [];
  for (const part of bracketed) {
    const last = merged.at(-1);
    if (typeof part === "string" && typeof last === "string")
      merged[merged.length - 1] = last + part;
    else merged.push(part);
  }
  return merged;
}

/** Debian's formats have %O in place of %b; Elastic's pipeline reads both as the body's size. */
function withBodyBytes(parts: readonly (string | Column)[]): readonly (string | Column)[] {
  const has = parts.some((part) => typeof part !== "string" && part.standard === "bytes");
  if (has) return parts;
  return parts.map((part) =>
    typeof part !== "string" && part.directive.endsWith("O") && part.add === meanings.totalBytes.add
      ? { ...part, standard: "bytes" as const, fits: meanings.bodyBytes.fits }
      : part,
  );
}
