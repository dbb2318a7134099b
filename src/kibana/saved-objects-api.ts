import { z } from "zod";
import { AppError } from "../lib/errors.ts";
import { visible } from "../lib/visible.ts";
import { keyOf, parseNdjson, type ObjectName, type SavedObject } from "./bundle.ts";
import { reasonOf, type Kibana } from "./http.ts";

const exportFailure = z.object({
  attributes: z.object({
    objects: z.array(
      z.looseObject({
        type: z.string(),
        id: z.string(),
        error: z.looseObject({ statusCode: z.number() }).optional(),
      }),
    ),
  }),
});

const importAnswer = z.object({
  success: z.boolean(),
  successResults: z
    .array(
      z.looseObject({ type: z.string(), id: z.string(), destinationId: z.string().optional() }),
    )
    .default([]),
  errors: z
    .array(
      z.looseObject({
        type: z.string(),
        id: z.string(),
        title: z.string().optional(),
        meta: z.looseObject({ title: z.string().optional() }).optional(),
        error: z.looseObject({
          type: z.string(),
          destinationId: z.string().optional(),
          reason: z.string().optional(),
          message: z.string().optional(),
          references: z.array(z.looseObject({ type: z.string(), id: z.string() })).optional(),
        }),
      }),
    )
    .default([]),
});

export type ImportAnswer = z.output<typeof importAnswer>;
export type ImportFailure = ImportAnswer["errors"][number];

/**
 * The objects as the space holds them, by `keyOf`; missing ones are left out. undefined: this Kibana does not say.
 * Asked through the export API, which is no candidate for removal as the reading ones are (deprecated since 8.7).
 */
export async function fetchObjects(
  kibana: Kibana,
  names: readonly ObjectName[],
  signal: AbortSignal,
): Promise<Map<string, SavedObject> | undefined> {
  let wanted = names.map(({ type, id }) => ({ type, id }));
  // One missing object fails the whole export and is named in the answer: the second try is without those.
  for (let attempt = 1; wanted.length > 0; attempt++) {
    const { status, body } = await kibana.call(
      {
        method: "POST",
        path: "/api/saved_objects/_export",
        body: { objects: wanted, excludeExportDetails: true, includeReferencesDeep: false },
      },
      signal,
    );
    if (status === 200) return new Map(parseNdjson(body).map((object) => [keyOf(object), object]));
    if (status === 404) return undefined;
    const failure = exportFailure.safeParse(parseJson(body));
    const missing = new Set((failure.data?.attributes.objects ?? []).map(keyOf));
    if (missing.size === 0 || attempt > 3) {
      throw unexpected(kibana, "the dashboards there cannot be read", status, body);
    }
    wanted = wanted.filter((name) => !missing.has(keyOf(name)));
  }
  return new Map();
}

/** Sends objects to the import API. HTTP 200 says nothing: see `success` and `errors` of the answer. */
export async function importObjects(
  kibana: Kibana,
  objects: readonly object[],
  overwrite: boolean,
  signal: AbortSignal,
): Promise<ImportAnswer> {
  const form = new FormData();
  const text = `${objects.map((object) => JSON.stringify(object)).join("\n")}\n`;
  form.append("file", new File([text], "leafwatch.ndjson", { type: "application/ndjson" }));
  const { status, body } = await kibana.call(
    {
      method: "POST",
      path: `/api/saved_objects/_import?overwrite=${String(overwrite)}`,
      body: form,
    },
    signal,
  );
  const parsed = importAnswer.safeParse(parseJson(body));
  if (status !== 200 || !parsed.success) {
    throw unexpected(kibana, "the dashboards were not imported", status, body);
  }
  return parsed.data;
}

/** Removes one object. True when it was there. */
export async function deleteObject(
  kibana: Kibana,
  { type, id }: ObjectName,
  signal: AbortSignal,
): Promise<boolean> {
  const path =
    type === "index-pattern"
      ? `/api/data_views/data_view/${encodeURIComponent(id)}`
      : `/api/saved_objects/${type}/${encodeURIComponent(id)}`;
  const { status, body } = await kibana.call({ method: "DELETE", path }, signal);
  if (status === 404) return false;
  if (status >= 400) throw unexpected(kibana, `${type} ${id} cannot be removed`, status, body);
  return true;
}

/** Why one object was not imported, in one line. Titles come from Kibana: shown visibly. */
export function failureText({ type, id, title, meta, error }: ImportFailure): string {
  const name = title ?? meta?.title;
  const references = (error.references ?? []).map(keyOf).join(", ");
  const details = [references, error.reason ?? error.message ?? ""].filter(Boolean).join("; ");
  const called = name === undefined ? "" : ` "${name}"`;
  return visible(`${type} ${id}${called}: ${error.type}${details ? ` (${details})` : ""}`, 400);
}

function unexpected(kibana: Kibana, what: string, status: number, body: string): AppError {
  return new AppError(
    "KIBANA_UNEXPECTED",
    `${kibana.name}: ${what} (${status}): ${reasonOf(body)}`,
    {
      hint: "check that kibana.url is Kibana's address with its base path, and that it is 8.12 or newer",
    },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
