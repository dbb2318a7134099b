import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Elasticsearch's types by dotted field name. */
export type Mapping = ReadonlyMap<string, string>;

interface Property {
  type?: string;
  properties?: Record<string, Property>;
  fields?: Record<string, Property>;
}

/** The fields of the component templates that events and alerts are mapped with. */
export async function readMapping(folder: string): Promise<Mapping> {
  const found = new Map<string, string>();
  for (const name of ["ecs", "leafwatch"]) {
    const text = await readFile(join(folder, "components", `${name}.json`), "utf8");
    const { template } = JSON.parse(text) as { template: { mappings: Property } };
    collect(template.mappings, "", found);
  }
  return found;
}

function collect({ properties = {} }: Property, prefix: string, found: Map<string, string>): void {
  for (const [key, property] of Object.entries(properties)) {
    const name = prefix + key;
    if (property.type) found.set(name, property.type);
    for (const [sub, { type }] of Object.entries(property.fields ?? {})) {
      if (type) found.set(`${name}.${sub}`, type);
    }
    collect(property, `${name}.`, found);
  }
}

/** What Lens calls a field of this type; undefined for what it cannot show. */
export function lensTypeOf(type: string): "string" | "number" | "date" | "ip" | undefined {
  switch (type) {
    case "keyword":
    case "constant_keyword":
    case "wildcard":
    case "text":
    case "match_only_text":
      return "string";
    case "long":
    case "integer":
    case "short":
    case "float":
    case "double":
    case "scaled_float":
    case "unsigned_long":
      return "number";
    case "date":
    case "date_nanos":
      return "date";
    case "ip":
      return "ip";
    default:
      return undefined;
  }
}

/** False for full text, which has no values to count. */
export function isAggregatable(type: string): boolean {
  return lensTypeOf(type) !== undefined && !["text", "match_only_text"].includes(type);
}
