import { SaxesParser } from "saxes";
import { eventBuilder, type EventBuilder, type WindowsEvent } from "./event-builder.ts";

/**
 * Reads one event's XML: prefixes, either quote, character references, CDATA, a declaration. Entities and document
 * types are refused. Windows itself writes a small part of XML, which is read several times as fast as saxes can;
 * whatever lies outside that part, and whatever is wrong, is left to saxes to judge.
 *
 * @returns the reason as `error` where the text is no well-formed event, with what was read until then.
 */
export function readEvent(text: string): { event: WindowsEvent; error?: string } {
  return readPlain(text) ?? readStrict(text);
}

/** More than the schema has anywhere; a hostile tag could keep a reader busy with them. */
const maxAttributes = 32;

/** The same by saxes alone. */
export function readStrict(text: string): { event: WindowsEvent; error?: string } {
  const builder = eventBuilder();
  try {
    const parser = new SaxesParser({ xmlns: false, position: false });
    let count = 0;
    parser.on("attribute", () => {
      if (++count > maxAttributes)
        throw new Error(`more than ${maxAttributes} attributes in a tag`);
    });
    parser.on("opentag", ({ name, attributes }) => {
      count = 0;
      builder.open(name, attributes);
    });
    parser.on("closetag", () => {
      builder.close();
    });
    parser.on("text", (value) => {
      builder.text(value);
    });
    parser.on("cdata", (value) => {
      builder.text(value);
    });
    parser.on("doctype", () => {
      throw new Error("a document type has no place in an event");
    });
    parser.on("error", (error) => {
      throw error;
    });
    parser.write(text).close();
  } catch (error) {
    return { event: builder.event, error: error instanceof Error ? error.message : String(error) };
  }
  return result(builder);
}

function result(builder: EventBuilder): { event: WindowsEvent; error?: string } {
  return builder.rooted()
    ? { event: builder.event }
    : { event: builder.event, error: "the root element is not Event" };
}

/** Characters that XML forbids, or that it wants replaced (CR). */
const unusual = /[\u0000-\u0008\u000b-\u001f\ufffe\uffff\ud800-\udfff]/;

/** undefined: the text is not of the plain part of XML. */
function readPlain(text: string): { event: WindowsEvent; error?: string } | undefined {
  if (unusual.test(text) || text.includes("]]>")) return undefined;
  const builder = eventBuilder();
  const hasReferences = text.includes("&");
  const open: string[] = [];
  let hasEnded = false;
  for (let at = 0; ;) {
    const bracket = text.indexOf("<", at);
    if (open.length === 0) {
      // Before and after the one root element only blanks may stand.
      if (text.slice(at, bracket < 0 ? undefined : bracket).trim() !== "") return undefined;
      if (bracket < 0) return hasEnded ? result(builder) : undefined;
    } else if (bracket < 0) {
      return undefined;
    } else if (bracket > at) {
      const chunk = text.slice(at, bracket);
      const value = hasReferences ? resolved(chunk) : chunk;
      if (value === undefined) return undefined;
      builder.text(value);
    }
    if (text.charCodeAt(bracket + 1) === slash) {
      const name = open.pop();
      if (name === undefined || !text.startsWith(name, bracket + 2)) return undefined;
      at = bracket + 2 + name.length;
      if (text.charCodeAt(at++) !== closing) return undefined;
      builder.close();
      hasEnded = open.length === 0;
      continue;
    }
    if (hasEnded || open.length > 20) return undefined;
    const end = text.indexOf(">", bracket);
    const tag = end < 0 ? undefined : knownTag(text.slice(bracket + 1, end));
    if (!tag) return undefined;
    builder.open(tag.name, tag.attributes);
    at = end + 1;
    if (!tag.empty) open.push(tag.name);
    else if (open.length === 0) return undefined;
    else builder.close();
  }
}

const slash = 0x2f;
const closing = 0x3e;

/** An opening tag. */
interface Tag {
  name: string;
  attributes: Readonly<Record<string, string>>;
  /** True for `<name/>`. */
  empty: boolean;
}

const tags = new Map<string, Tag>();
const maxTags = 2000;

/** Events are alike: most of their tags have been read before. */
function knownTag(text: string): Tag | undefined {
  const known = tags.get(text);
  if (known) return known;
  const tag = readTag(text);
  if (tag && text.length < 200) {
    // Some hold the time: after a while most of what is here is of no use any more.
    if (tags.size >= maxTags) tags.clear();
    tags.set(text, tag);
  }
  return tag;
}

/** What stands between the brackets of an opening tag; undefined for what is none, or none of the plain kind. */
function readTag(text: string): Tag | undefined {
  let end = nameEnd(text, 0);
  if (end < 0) return undefined;
  const name = text.slice(0, end);
  const attributes: Record<string, string> = {};
  for (let count = 0; count <= maxAttributes; count++) {
    const start = blanksEnd(text, end);
    if (start === text.length) return { name, attributes, empty: false };
    if (text.charCodeAt(start) === slash)
      return start + 1 === text.length ? { name, attributes, empty: true } : undefined;
    const keyEnd = start > end ? nameEnd(text, start) : -1;
    if (keyEnd < 0 || text.charCodeAt(keyEnd) !== 0x3d) return undefined;
    const key = text.slice(start, keyEnd);
    const valueEnd = quotedEnd(text, keyEnd + 1);
    // XML forbids a second attribute of a name; __proto__ would not become a key.
    if (valueEnd < 0 || Object.hasOwn(attributes, key) || key === "__proto__") return undefined;
    attributes[key] = text.slice(keyEnd + 2, valueEnd);
    end = valueEnd + 1;
  }
  return undefined;
}

/** Where a name with at most one colon ends; -1 where none begins. */
function nameEnd(text: string, from: number): number {
  if (!isNameStart(text.charCodeAt(from))) return -1;
  let colons = 0;
  for (let at = from + 1; ; at++) {
    const code = text.charCodeAt(at);
    if (isNameStart(code) || (code >= 0x2d && code <= 0x39 && code !== slash)) continue;
    if (code !== 0x3a) return at;
    if (++colons > 1 || !isNameStart(text.charCodeAt(at + 1))) return -1;
  }
}

/** A letter of ASCII or `_`; false for NaN, the character behind the end. */
function isNameStart(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f;
}

function blanksEnd(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === 0x20 || text.charCodeAt(at) === 0x0a) at++;
  return at;
}

/** Where the quoted value that begins at `from` has its second quote; -1 where it is none, or not plain. */
function quotedEnd(text: string, from: number): number {
  const quote = text.charCodeAt(from);
  if (quote !== 0x27 && quote !== 0x22) return -1;
  for (let at = from + 1; ; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) return at;
    // `<`, `&`, TAB, LF, or the end of the text: XML forbids or replaces them.
    if (code === 0x3c || code === 0x26 || !(code >= 0x20)) return -1;
  }
}

const entities: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
};

/** Text with its references resolved; undefined where one is unknown. */
function resolved(chunk: string): string | undefined {
  if (!chunk.includes("&")) return chunk;
  const unknown: string[] = [];
  const text = chunk.replace(
    /&(?:([a-z]{2,4})|#(\d{1,7})|#x([\dA-Fa-f]{1,6}));|&/g,
    (whole, name: string | undefined, decimal: string | undefined, hex: string | undefined) => {
      if (name !== undefined) {
        const value = Object.hasOwn(entities, name) ? entities[name] : undefined;
        if (value !== undefined) return value;
      } else if (whole !== "&") {
        const code = decimal === undefined ? parseInt(hex ?? "", 16) : Number(decimal);
        if (isXmlChar(code)) return String.fromCodePoint(code);
      }
      unknown.push(whole);
      return "";
    },
  );
  return unknown.length === 0 ? text : undefined;
}

/** XML 1.0 §2.2, Char. */
function isXmlChar(code: number): boolean {
  if (code < 0x20) return code === 9 || code === 10 || code === 13;
  return (
    code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff)
  );
}
