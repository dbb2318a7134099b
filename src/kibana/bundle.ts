import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AppError, messageOf } from "../lib/errors.ts";

const referenceSchema = z.object({ type: z.string(), id: z.string(), name: z.string() });

const objectSchema = z.looseObject({
  type: z.string(),
  id: z.string(),
  attributes: z.record(z.string(), z.unknown()),
  references: z.array(referenceSchema).default([]),
  originId: z.string().optional(),
  updated_at: z.string().optional(),
});

/** A saved object as a line of an ndjson file has it. */
export type SavedObject = z.output<typeof objectSchema>;

/** What names an object in a space: its type and id. */
export type ObjectName = Pick<SavedObject, "type" | "id">;

/** The objects of every `*.ndjson` in a folder, for the data streams of a namespace. */
export async function readBundle(directory: string, namespace: string): Promise<SavedObject[]> {
  const files = await readdir(directory).catch((cause: unknown) => {
    throw noDashboards(directory, messageOf(cause));
  });
  const names = files.filter((file) => file.endsWith(".ndjson")).sort();
  if (names.length === 0) throw noDashboards(directory, "no file *.ndjson");
  const texts = await Promise.all(names.map((file) => readFile(join(directory, file), "utf8")));
  return texts.flatMap(parseNdjson).map((object) => inNamespace(object, namespace));
}

function noDashboards(directory: string, why: string): AppError {
  return new AppError("KIBANA_DASHBOARDS_MISSING", `${directory} holds no dashboards: ${why}`, {
    hint: "reinstall Leafwatch, or run npm run dashboards in a checkout",
  });
}

/** The saved objects of an ndjson text; other lines (an export's summary) are left out. */
export function parseNdjson(text: string): SavedObject[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .flatMap((line) => {
      const parsed = objectSchema.safeParse(parseJson(line));
      return parsed.success ? [parsed.data] : [];
    });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The files are written for the namespace `leafwatch`; a data view's title is the only place that names it. */
function inNamespace(object: SavedObject, namespace: string): SavedObject {
  if (object.type !== "index-pattern") return object;
  const title = String(object.attributes["title"]).replace(/-leafwatch$/, `-${namespace}`);
  return { ...object, attributes: { ...object.attributes, title } };
}

/** One name for an object in maps and messages. */
export function keyOf({ type, id }: ObjectName): string {
  return `${type}:${id}`;
}

/** What a person calls the object. */
export function titleOf(object: SavedObject): string {
  const { name, title } = object.attributes;
  return String(object.type === "index-pattern" || object.type === "tag" ? name : title);
}

/** An object with the ids that it and what it refers to have in a space. */
export type PlacedObject = SavedObject & { ourId: string };

/** Gives every object and reference its id in the space; `ids` has those that are known, by `keyOf` with our ids. */
export function placeObjects(
  bundle: readonly SavedObject[],
  ids: ReadonlyMap<string, string>,
): PlacedObject[] {
  const placed = (name: ObjectName) => ids.get(keyOf(name)) ?? name.id;
  return bundle.map((object) => ({
    ...object,
    ourId: object.id,
    id: placed(object),
    references: object.references.map((reference) => ({ ...reference, id: placed(reference) })),
  }));
}
