import { z } from "zod";

interface JsonSchema {
  type?: string | string[];
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  additionalProperties?: JsonSchema | boolean;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
}

/** A Markdown table of every key of a schema, nested ones dotted, with what it takes and its default. */
export function keysTable(schema: z.ZodType): string {
  const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  const rows = keysOf(json, "").map(
    ({ key, takes, fallback, text }) => `| \`${key}\` | ${takes} | ${fallback} | ${text} |`,
  );
  if (rows.length === 0) return "No options.";
  return ["| key | takes | default | |", "|---|---|---|---|", ...rows].join("\n");
}

interface Row {
  key: string;
  takes: string;
  fallback: string;
  text: string;
}

function keysOf(schema: JsonSchema, prefix: string): Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const key = `${prefix}${name}`;
    const needed = (schema.required ?? []).includes(name);
    const row = {
      key,
      takes: cell(takes(property)),
      fallback:
        property.default === undefined ? (needed ? "required" : "") : cell(code(property.default)),
      text: cell(property.description ?? ""),
    };
    const inner = [property, ...(property.anyOf ?? []), ...(property.oneOf ?? [])];
    const nested = inner.flatMap((one) => [
      ...keysOf(one, `${key}.`),
      ...(one.items ? keysOf(one.items, `${key}[].`) : []),
      ...(typeof one.additionalProperties === "object"
        ? keysOf(one.additionalProperties, `${key}.NAME.`)
        : []),
    ]);
    const seen = new Set<string>();
    return [row, ...nested.filter((one) => !seen.has(one.key) && seen.add(one.key))];
  });
}

function takes(schema: JsonSchema): string {
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum) return schema.enum.map(code).join(", ");
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return [...new Set(alternatives.map(takes))].join(" or ");
  if (schema.type === "array") return `list of ${schema.items ? takes(schema.items) : "values"}`;
  if (schema.type === "object") return schema.properties ? "keys below" : "map";
  return schema.type === undefined ? "value" : String(schema.type);
}

const code = (value: unknown) => `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
