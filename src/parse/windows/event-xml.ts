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

/** The same by saxes alone. */
export function readStrict(text: string): { event: WindowsEvent; error?: string } {
  const builder = eventBuilder();
  try {
    const parser = new SaxesParser({ xmlns: false, position: false });
    parser.on("opentag", ({ name, attributes }) => {
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
const openName = /[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?/y;
const attribute =
  /[ \n]+([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)=(?:'([^'<&\t\n]*)'|"([^"<&\t\n]*)")/y;
const openEnd = /[ \n]*(\/?)>/y;

/** undefined: the text is not of the plain part of XML. */
function readPlain(text: string): { event: WindowsEvent; error?: string } | undefined {
  if (unusual.test(text)) return undefined;
  const builder = eventBuilder();
  const names: string[] = [];
  let at = 0;
  let rootEnded = false;
  for (;;) {
    const open = text.indexOf("<", at);
    const chunk = open < 0 ? text.slice(at) : text.slice(at, open);
    if (names.length === 0) {
      if (chunk.trim() !== "") return undefined;
      if (open < 0) return rootEnded ? result(builder) : undefined;
    } else {
      const value = open < 0 ? undefined : plainText(chunk);
      if (value === undefined) return undefined;
      if (value !== "") builder.text(value);
    }
    if (text.charCodeAt(open + 1) === 47) {
      const end = text.indexOf(">", open + 2);
      if (end < 0 || names.pop() !== text.slice(open + 2, end)) return undefined;
      builder.close();
      rootEnded = names.length === 0;
      at = end + 1;
      continue;
    }
    if (rootEnded || names.length > 20) return undefined;
    const tag = readTag(text, open + 1);
    if (!tag) return undefined;
    builder.open(tag.name, tag.attributes);
    if (tag.empty) {
      builder.close();
      rootEnded = names.length === 0;
    } else {
      names.push(tag.name);
    }
    at = tag.end;
  }
}

const noAttributes: Readonly<Record<string, string>> = {};

function readTag(text: string, from: number) {
  openName.lastIndex = from;
  const name = openName.exec(text)?.[0];
  if (name === undefined) return undefined;
  let end = from + name.length;
  let attributes = noAttributes;
  if (text.charCodeAt(end) !== 62) {
    const found: Record<string, string> = {};
    for (;;) {
      attribute.lastIndex = end;
      const one = attribute.exec(text);
      if (!one?.[1]) break;
      // XML forbids a second one of a name; __proto__ would not become a key.
      if (Object.hasOwn(found, one[1]) || one[1] === "__proto__") return undefined;
      found[one[1]] = one[2] ?? one[3] ?? "";
      end += one[0].length;
    }
    attributes = found;
  }
  openEnd.lastIndex = end;
  const close = openEnd.exec(text);
  if (!close) return undefined;
  return { name, attributes, empty: close[1] === "/", end: end + close[0].length };
}

const entities: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
};

/** Text with its references resolved; undefined where one is unknown or the text is not plain. */
function plainText(chunk: string): string | undefined {
  if (chunk.includes("]]>")) return undefined;
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
