import { readFile } from "node:fs/promises";
import { AppError, messageOf } from "../lib/errors.ts";

/** The fields that our mappings have. */
export interface KnownFields {
  has: (field: string) => boolean;
  /** Its mapping type; undefined for an unknown field. */
  typeOf: (field: string) => string | undefined;
  /** Every field by its full name, for "did you mean". */
  readonly names: readonly string[];
}

interface Mapping {
  type?: string;
  dynamic?: boolean | string;
  properties?: Record<string, Mapping>;
  fields?: Record<string, Mapping>;
}

/** Beside src/ as beside dist/. */
const folder = new URL("../../index-templates/components/", import.meta.url);
const files = ["ecs.json", "leafwatch.json"];

let read: Promise<KnownFields> | undefined;

/** Reads them from index-templates/, once. @throws TEMPLATES_UNREADABLE. */
export function knownFields(): Promise<KnownFields> {
  return (read ??= readAll());
}

async function readAll(): Promise<KnownFields> {
  const types = new Map<string, string>();
  const open: string[] = [];
  for (const file of files) {
    collect(await mappingOf(file), "", types, open);
  }
  const isOpen = (field: string) => open.some((prefix) => field.startsWith(prefix));
  return {
    names: [...types.keys()],
    has: (field) => types.has(field) || isOpen(field),
    // What is written below an open object is text.
    typeOf: (field) => types.get(field) ?? (isOpen(field) ? "keyword" : undefined),
  };
}

async function mappingOf(file: string): Promise<Mapping> {
  try {
    const text = await readFile(new URL(file, folder), "utf8");
    return (JSON.parse(text) as { template: { mappings: Mapping } }).template.mappings;
  } catch (cause) {
    throw new AppError("TEMPLATES_UNREADABLE", `${file}: ${messageOf(cause)}`, {
      hint: "index-templates/ belongs to the installation: install it again",
      cause,
    });
  }
}

/** Fields below a flattened or open object are named by whoever writes the events. */
function collect(
  { properties = {} }: Mapping,
  prefix: string,
  types: Map<string, string>,
  open: string[],
) {
  for (const [name, mapping] of Object.entries(properties)) {
    const path = `${prefix}${name}`;
    if (mapping.type === "flattened" || mapping.dynamic === true) open.push(`${path}.`);
    if (mapping.type !== undefined && mapping.type !== "object") types.set(path, mapping.type);
    for (const [sub, { type = "" }] of Object.entries(mapping.fields ?? {})) {
      types.set(`${path}.${sub}`, type);
    }
    collect(mapping, `${path}.`, types, open);
  }
}
