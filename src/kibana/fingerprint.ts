import { createHash } from "node:crypto";
import type { SavedObject } from "./bundle.ts";

/**
 * A hash of what an object says: its attributes and references. The order of keys, of references and of the keys of
 * JSON held in strings does not matter, nor do dates and versions that Kibana adds.
 */
export function fingerprint({ attributes, references }: SavedObject): string {
  const sorted = references
    .map(({ type, id, name }) => ({ type, id, name }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return createHash("sha256")
    .update(canonical({ attributes, references: sorted }))
    .digest("hex");
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(unpack(key, inner))}`);
    return `{${entries.join(",")}}`;
  }
  return JSON.stringify(value);
}

/** `panelsJSON`, `searchSourceJSON`, `fieldFormatMap` … are JSON in a string. */
function unpack(key: string, value: unknown): unknown {
  if (typeof value !== "string" || !/(JSON|FormatMap|fieldAttrs)$/.test(key)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
