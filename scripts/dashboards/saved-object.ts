/** A reference from one saved object to another, by the name under which the object's attributes mean it. */
export interface Reference {
  type: string;
  id: string;
  name: string;
}

/** A line of an ndjson file that Kibana imports. */
export interface SavedObject {
  type: "index-pattern" | "tag" | "search" | "dashboard";
  id: string;
  attributes: Readonly<Record<string, unknown>>;
  references: readonly Reference[];
  coreMigrationVersion: string;
  typeMigrationVersion: string;
  managed: false;
}

/**
 * The oldest shapes that every Kibana from 8.12 to 9.x still migrates. Left out, Kibana answers 500; newer than the
 * target, 422.
 */
export const migrationVersions = {
  core: "8.8.0",
  dashboard: "8.9.0",
  search: "8.0.0",
  "index-pattern": "8.0.0",
  tag: "8.0.0",
} as const;

/** Puts the envelope around an object's attributes. */
export function savedObject(
  type: SavedObject["type"],
  id: string,
  attributes: SavedObject["attributes"],
  references: readonly Reference[] = [],
): SavedObject {
  return {
    type,
    id,
    attributes,
    references,
    coreMigrationVersion: migrationVersions.core,
    typeMigrationVersion: migrationVersions[type],
    managed: false,
  };
}

/** The tag that all of our boards and searches wear. */
export const tagId = "leafwatch-tag";

/** The reference by which an object wears our tag. */
export const tagReference: Reference = { type: "tag", id: tagId, name: `tag-ref-${tagId}` };
