import { ecsFields, type FieldType } from "../model/ecs-fields.ts";
import { ipOf } from "./address.ts";
import type { ParsedFields } from "./format.ts";
import { jsonTime } from "./json-time.ts";
import { takeUnfit } from "./json-values.ts";
import { isoOf } from "./timestamp.ts";
import type { Zone } from "./zone.ts";

/** A JSON object's fields by ECS's names. */
export interface NestedFields {
  fields: ParsedFields;
  /** Names of ECS fields that have a value of another type; they are left out. */
  wrong: string[];
  /** False when `@timestamp` names no zone. */
  zoned: boolean;
}

/**
 * Puts a JSON object into the nested shape of ECS: `a.b` and `{ a: { b } }` are the same field. What ECS does not
 * know, fields as well as words for the kind of event, goes to `labels` as text, where ECS wants what is one's own.
 * Times become ISO 8601 in UTC; `zone` is that of times without one.
 */
export function nested(line: Readonly<Record<string, unknown>>, zone: Zone): NestedFields {
  const fields: Record<string, unknown> = {};
  const wrong: string[] = [];
  const labels: [string, string][] = [];
  let zoned = true;
  const label = (path: string, value: unknown) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    labels.push([path.replaceAll(".", "_"), text]);
  };
  const visit = (value: unknown, path: string, depth: number): void => {
    if (value === null || value === undefined) return;
    const known = ecsFields.get(path) ?? own(path);
    const fit = known && fitting(known, value, zone);
    if (fit) {
      if (path === "@timestamp") zoned = fit.zoned;
      set(fields, path, fit.value);
    } else if (typeof value === "object" && !Array.isArray(value) && depth < maxDepth) {
      for (const [key, inner] of Object.entries(value))
        visit(inner, path === "" ? key : `${path}.${key}`, depth + 1);
    } else if (known) {
      wrong.push(path);
    } else {
      label(path, value);
    }
  };
  visit(line, "", 0);
  const event = fields["event"];
  if (typeof event === "object" && event !== null) {
    for (const [field, value] of takeUnfit(event as Record<string, unknown>)) label(field, value);
  }
  if (labels.length > 0) {
    fields["labels"] = {
      ...Object.fromEntries(labels),
      ...(fields["labels"] as object | undefined),
    };
  }
  return { fields, wrong, zoned };
}

/** Deeper objects than any field of ECS become text. */
const maxDepth = 12;

/** Fields outside ECS that lines of our own and of Elastic's shippers have. */
function own(path: string): FieldType | undefined {
  if (path === "log.offset" || path === "leafwatch.attempts") return { type: "long", array: false };
  if (path === "log.flags") return { type: "keyword", array: true };
  return undefined;
}

/** `value` in the shape that ECS has for the field: an array of one and its one value are the same to a search. */
function fitting(
  { type, array }: FieldType,
  value: unknown,
  zone: Zone,
): { value: unknown; zoned: boolean } | undefined {
  const all: unknown[] = Array.isArray(value) ? value : [value];
  if (all.length === 0 || (!array && all.length > 1)) return undefined;
  if (type === "date") {
    const time = jsonTime(all[0], zone);
    return time && { value: isoOf(time.ms), zoned: time.zoned };
  }
  return all.every((one) => !Array.isArray(one) && holds(type, one))
    ? { value: array ? all : all[0], zoned: true }
    : undefined;
}

function holds(type: string, value: unknown): boolean {
  switch (type) {
    case "object":
    case "nested":
    case "flattened":
      return typeof value === "object" && isFlat(value);
    case "geo_point":
      return isPoint(value);
    case "long":
      return typeof value === "number" && Number.isSafeInteger(value);
    case "float":
    case "scaled_float":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "ip":
      return typeof value === "string" && ipOf(value) === value;
    default:
      return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  }
}

/** Objects of ECS that hold free keys (`labels`, `log.syslog.structured_data`) take scalars, or objects of them. */
function isFlat(value: object | null): boolean {
  return value !== null && Object.values(value).every((one) => typeof one === "string");
}

function isPoint(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { lat, lon } = value as { lat?: unknown; lon?: unknown };
  return (
    typeof lat === "number" &&
    typeof lon === "number" &&
    Math.abs(lat) <= 90 &&
    Math.abs(lon) <= 180
  );
}

function set(fields: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.split(".");
  let here = fields;
  for (const key of keys.slice(0, -1)) {
    const next = here[key];
    if (typeof next === "object" && next !== null && !Array.isArray(next))
      here = next as Record<string, unknown>;
    else here = here[key] = {};
  }
  here[keys.at(-1) ?? path] = value;
}
