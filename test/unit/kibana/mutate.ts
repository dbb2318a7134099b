import assert from "node:assert/strict";

/** Nested objects, any of them. */
export type Tree = Record<string, unknown>;

/** Every object by `type:id`, with JSON in strings unpacked. */
export function unpack(text: string): Tree {
  const revive = (key: string, value: unknown): unknown =>
    packed.test(key) && typeof value === "string" ? JSON.parse(value, revive) : value;
  const lines = text.trimEnd().split("\n");
  const objects = lines.map((line) => JSON.parse(line, revive) as { type: string; id: string });
  return Object.fromEntries(objects.map((object) => [`${object.type}:${object.id}`, object]));
}

/** The ndjson of what `unpack` gave. */
export function pack(bundle: Tree): string {
  const lines = Object.values(bundle).map((object) => JSON.stringify(packIn(object)));
  return `${lines.join("\n")}\n`;
}

const packed = /JSON$|^fieldFormatMap$|^fieldAttrs$/;

function packIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(packIn);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const text = packed.test(key) && typeof inner !== "string";
      return [key, text ? JSON.stringify(packIn(inner)) : packIn(inner)];
    }),
  );
}

/** Puts `to` at `path`: undefined takes away, a function makes it of what stood there. */
export function mutate(bundle: Tree, path: string, to: unknown): void {
  const keys = path.split("/");
  const parent = keys.slice(0, -1).reduce<unknown>(step, bundle) as Tree;
  const last = keys.at(-1) ?? "";
  assert.ok(last in parent, `${path} is not there to be broken`);
  const value: unknown = typeof to === "function" ? (to as Change)(parent[last], bundle) : to;
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else parent[last] = value;
}

function step(node: unknown, key: string): unknown {
  const [, title] = /^\[(.*)\]$/.exec(key) ?? [];
  if (title === undefined) {
    const values = node as Tree;
    return key === "0" && !(key in values) ? Object.values(values)[0] : values[key];
  }
  const { attributes } = node as { attributes: { panelsJSON: { title: string }[] } };
  const panel = attributes.panelsJSON.find((one) => one.title === title);
  assert.ok(panel, `no panel ${title}`);
  return panel;
}

/** Makes the new value of the old one. */
export type Change = (old: unknown, bundle: Tree) => unknown;

/** A list without its nth entry. */
export function without(index: number): Change {
  return (old) => (old as unknown[]).toSpliced(index, 1);
}

/** A list with one entry more. */
export function plus(entry: object): Change {
  return (old) => [...(old as unknown[]), entry];
}

/** The value at another path. */
export function same(path: string): Change {
  return (_, bundle) => path.split("/").reduce<unknown>(step, bundle);
}

/** A list from its end. */
export function reversed(old: unknown): unknown {
  return (old as unknown[]).toReversed();
}
