import { isIP } from "node:net";
import { ecsFields } from "../../src/model/ecs-fields.ts";
import { allowedValues, eventTypes } from "../../src/model/ecs-values.ts";
import type { EcsEvent } from "../../src/model/ecs.ts";

/** Fields that hold free keys or objects of their own: what stands under them is not in the list. */
const open = [...ecsFields].filter(([, { type }]) => /^(?:object|flattened|nested)$/.test(type));
/** Outside ECS, and allowed: Elastic's shippers write these two; the four prefixes are ours to map. */
const beside = /^(?:log\.offset|log\.flags|(?:leafwatch|winlog|journald|auditd)\..+)$/;

/** Every leaf of a document by its full name; arrays stay whole. */
export function leaves(value: object, prefix = ""): [string, unknown][] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const name = prefix + key;
    const isObject = typeof inner === "object" && inner !== null && !Array.isArray(inner);
    if (!isObject || ecsFields.get(name)?.type === "geo_point") return [[name, inner]];
    return leaves(inner, `${name}.`);
  });
}

/** What of a document is not as ECS wants it, in words. */
export function fieldProblems(event: EcsEvent): string[] {
  const problems = leaves(event).flatMap(([name, value]) => {
    const field = ecsFields.get(name);
    if (field) return valueProblems(name, field.type, field.array, value);
    const inside = open.some(([parent]) => name.startsWith(`${parent}.`));
    return inside || beside.test(name) ? [] : [`${name} is no field of ECS`];
  });
  const { category = [], type = [] } = event.event;
  const expected = new Set(category.flatMap((one) => eventTypes[one] ?? []));
  if (category.length > 0) {
    for (const one of type) {
      if (!expected.has(one))
        problems.push(`event.type ${one} does not go with ${category.join(", ")}`);
    }
  }
  return problems;
}

function valueProblems(name: string, type: string, array: boolean, value: unknown): string[] {
  if (value === undefined) return [];
  // auditd alone: Elastic's shipper has an array there too.
  if (name === "event.action" && Array.isArray(value)) return [];
  if (array !== Array.isArray(value)) return [`${name} is ${array ? "no" : "an"} array`];
  const allowed = allowedValues[name];
  return (Array.isArray(value) ? (value as unknown[]) : [value]).flatMap((one) => {
    if (!holds(type, one)) return [`${name}: ${JSON.stringify(one)} is no ${type}`];
    return allowed && !allowed.includes(String(one))
      ? [`${name}: ${String(one)} is not allowed`]
      : [];
  });
}

function holds(type: string, value: unknown): boolean {
  switch (type) {
    case "ip":
      return typeof value === "string" && isIP(value) > 0;
    case "long":
      return Number.isSafeInteger(value);
    case "float":
    case "scaled_float":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "date":
      return typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value);
    case "object":
    case "nested":
    case "flattened":
    case "geo_point":
      return typeof value === "object";
    default:
      return typeof value === "string" && value !== "";
  }
}
