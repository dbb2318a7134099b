import type { EcsEvent } from "../model/ecs.ts";
import { hostAndPort } from "./address.ts";

type Url = NonNullable<EcsEvent["url"]>;

/** What a server logged as the first line of a request. */
export interface RequestLine {
  method?: string;
  version?: string;
  url?: Url;
}

const versioned = / (?:HTTP\/(\d{1,3}(?:\.\d{1,3})?)|[A-Z]{2,12}\/\d(?:\.\d)?)$/;

/**
 * Splits `METHOD target HTTP/version` from both ends, so that blanks in the target stay in it. Anything can come over
 * the wire (a TLS handshake, a lone `-`, nothing): what is no request line is kept whole in `url.original`.
 */
export function requestLine(text: string): RequestLine {
  if (text === "" || text === "-") return {};
  const blank = methodEnd(text);
  if (blank < 0) return { url: { original: text } };
  const method = text.slice(0, blank);
  const length = text.length;
  // The usual ending without a regular expression: this runs for every web request.
  if (length - blank > 9 && text.startsWith(" HTTP/", length - 9)) {
    if (
      text.charCodeAt(length - 2) === 46 &&
      isDigit(text, length - 3) &&
      isDigit(text, length - 1)
    ) {
      return {
        method,
        version: text.slice(length - 3),
        url: urlOf(text.slice(blank + 1, length - 9), method),
      };
    }
  }
  const ending = versioned.exec(text.slice(Math.max(blank, length - 20)));
  if (ending) {
    const target = text.slice(blank + 1, Math.max(blank + 1, length - ending[0].length));
    const url = target === "" ? undefined : urlOf(target, method);
    return { method, ...(ending[1] && { version: ending[1] }), ...(url && { url }) };
  }
  const target = text.slice(blank + 1);
  const first = target[0];
  if (first === "/" || target === "*" || method === "CONNECT" || hasScheme(target)) {
    return { method, url: urlOf(target, method) };
  }
  return { url: { original: text } };
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

/** Index of the blank after a method (letters, `-`, `_`); -1 when the text does not begin with one. */
function methodEnd(text: string): number {
  const limit = Math.min(text.length, 41);
  for (let i = 0; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === 32) return i > 0 ? i : -1;
    const letter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
    if (!letter && (i === 0 || (code !== 45 && code !== 95))) return -1;
  }
  return -1;
}

function hasScheme(target: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]{0,20}:\/\//.test(target);
}

/** `url.*` of a request target (RFC 9112 §3.2): origin, absolute, authority (CONNECT) or asterisk form. */
export function urlOf(target: string, method?: string): Url {
  const first = target.charCodeAt(0);
  if (first !== 47) {
    if (method === "CONNECT") {
      const { host, port } = hostAndPort(target);
      return { original: target, domain: host, ...(port !== undefined && { port }) };
    }
    if (hasScheme(target)) return absolute(target);
  }
  return withPath({ original: target }, target);
}

function absolute(target: string): Url {
  const colon = target.indexOf(":");
  const rest = target.slice(colon + 3);
  const end = rest.search(/[/?#]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  const at = authority.lastIndexOf("@");
  const url: Url = { original: target, scheme: target.slice(0, colon).toLowerCase() };
  if (at >= 0) {
    const login = authority.slice(0, at);
    const pair = login.indexOf(":");
    url.username = pair < 0 ? login : login.slice(0, pair);
    if (pair >= 0) url.password = login.slice(pair + 1);
  }
  const { host, port } = hostAndPort(authority.slice(at + 1));
  if (host !== "") url.domain = host;
  if (port !== undefined) url.port = port;
  return end < 0 ? url : withPath(url, rest.slice(end));
}

function withPath(url: Url, text: string): Url {
  let path = text;
  const hash = path.indexOf("#");
  let fragment: string | undefined;
  if (hash >= 0) {
    fragment = path.slice(hash + 1);
    path = path.slice(0, hash);
  }
  const question = path.indexOf("?");
  let query: string | undefined;
  if (question >= 0) {
    query = path.slice(question + 1);
    path = path.slice(0, question);
  }
  if (path !== "") {
    path = decoded(path);
    url.path = path;
    const dot = path.lastIndexOf(".");
    if (dot >= 0 && dot < path.length - 1 && path.indexOf("/", dot) < 0)
      url.extension = path.slice(dot + 1);
  }
  if (query !== undefined && query !== "") url.query = query;
  if (fragment !== undefined && fragment !== "") url.fragment = fragment;
  return url;
}

/** Percent-decoded once; as written where that would not be UTF-8. */
function decoded(path: string): string {
  if (!path.includes("%")) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
