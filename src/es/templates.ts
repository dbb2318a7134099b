import type { Client } from "@elastic/elasticsearch";
import { AppError, messageOf } from "../lib/errors.ts";
import { askCapabilities } from "./capabilities.ts";
import { statusOf, wrap } from "./errors.ts";
import {
  lifetime,
  wantedTemplates,
  type Json,
  type JsonObject,
  type TemplateOptions,
  type WantedTemplate,
} from "./template-files.ts";

/** One thing that `setup` does, or would do. */
export interface Change {
  kind: WantedTemplate["kind"] | "data stream";
  name: string;
  action: "create" | "update" | "roll over" | "set retention" | "remove" | "keep";
  /** What differs, by dotted path; texts as the server writes them, undefined where there is nothing. */
  differences: { path: string; from?: string; to?: string }[];
}

/** `dryRun`: only say what would be done. */
export type SetupOptions = TemplateOptions & { dryRun?: boolean };

/**
 * Installs the templates of a namespace and brings its streams up to date; what is as it should be is left alone, so
 * that a second call does nothing. A stream whose mapping or settings have changed is rolled over: its next index
 * is made from the new template, its old ones stay as they are.
 *
 * @throws what `wrap` throws.
 */
export async function setup(
  client: Client,
  { dryRun = false, ...options }: SetupOptions,
  signal: AbortSignal,
): Promise<Change[]> {
  const capabilities = await askCapabilities(client, signal);
  const changes: Change[] = [];
  for (const wanted of await wantedTemplates(options, capabilities)) {
    const existing = await readTemplate(client, wanted, signal);
    const differences = compare(existing, wanted.body);
    if (differences.length === 0) continue;
    const { kind, name } = wanted;
    changes.push({ kind, name, action: existing ? "update" : "create", differences });
    if (!dryRun) await putTemplate(client, wanted, signal);
  }
  for (const stream of await dataStreams(client, options.namespace, signal)) {
    const templateChanged = changes.some(
      ({ kind, differences }) =>
        kind !== "data stream" && differences.some(({ path }) => isStored(path)),
    );
    if (templateChanged) {
      changes.push({ kind: "data stream", name: stream, action: "roll over", differences: [] });
      if (!dryRun) await wrap(() => client.indices.rollover({ alias: stream }, { signal }), signal);
    }
    if (capabilities.dataStreams && capabilities.lifecycle) {
      const change = await changeRetention(client, stream, options, dryRun, signal);
      if (change) changes.push(change);
    }
  }
  return changes;
}

/**
 * Removes the templates of a namespace, never data nor the operator's `@custom` component. A template which streams
 * still need, because no other one matches them, is kept: the server deletes it only after them.
 */
export async function removeSetup(
  client: Client,
  { dryRun = false, ...options }: SetupOptions,
  signal: AbortSignal,
): Promise<Change[]> {
  const changes: Change[] = [];
  const capabilities = await askCapabilities(client, signal);
  // Index templates first: a component in use cannot be deleted.
  for (const wanted of (await wantedTemplates(options, capabilities)).reverse()) {
    const { kind, name } = wanted;
    if (!(await readTemplate(client, wanted, signal))) continue;
    const removed = dryRun || (await deleteTemplate(client, wanted, signal));
    changes.push({ kind, name, action: removed ? "remove" : "keep", differences: [] });
  }
  return changes;
}

/**
 * Refuses to go on without our templates: streams would come into being with whatever mapping the server guesses.
 *
 * @throws ES_NOT_SET_UP.
 */
export async function checkSetup(
  client: Client,
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  const name = `leafwatch-logs-${namespace}`;
  const wanted: WantedTemplate = { kind: "index template", name, body: {} };
  if (await readTemplate(client, wanted, signal)) return;
  throw new AppError("ES_NOT_SET_UP", `Elasticsearch has no index template ${name}`, {
    hint: "run `leafwatch setup` once with an account that may install templates",
  });
}

/** Names of the event streams of a namespace. */
export async function dataStreams(
  client: Client,
  namespace: string,
  signal: AbortSignal,
): Promise<string[]> {
  const { data_streams } = await wrap(
    () => client.indices.resolveIndex({ name: `logs-*-${namespace}` }, { signal }),
    signal,
  );
  return data_streams.map(({ name }) => name).sort();
}

async function readTemplate(
  client: Client,
  { kind, name }: WantedTemplate,
  signal: AbortSignal,
): Promise<JsonObject | undefined> {
  const options = { signal, ignore: [404] };
  // With 404 ignored the lists are missing.
  const found =
    kind === "component template"
      ? await wrap(() => client.cluster.getComponentTemplate({ name }, options), signal).then(
          (answer) =>
            (answer as Partial<typeof answer>).component_templates?.[0]?.component_template,
        )
      : await wrap(() => client.indices.getIndexTemplate({ name }, options), signal).then(
          (answer) => (answer as Partial<typeof answer>).index_templates?.[0]?.index_template,
        );
  return found as JsonObject | undefined;
}

async function putTemplate(
  client: Client,
  { kind, name, body }: WantedTemplate,
  signal: AbortSignal,
): Promise<void> {
  const folder = kind === "component template" ? "_component_template" : "_index_template";
  const path = `/${folder}/${encodeURIComponent(name)}`;
  await wrap(() => client.transport.request({ method: "PUT", path, body }, { signal }), signal);
}

/** False when something that exists still needs the template. */
async function deleteTemplate(
  client: Client,
  { kind, name }: WantedTemplate,
  signal: AbortSignal,
): Promise<boolean> {
  const remove =
    kind === "index template"
      ? () => client.indices.deleteIndexTemplate({ name }, { signal })
      : () => client.cluster.deleteComponentTemplate({ name }, { signal });
  try {
    await wrap(remove, signal);
    return true;
  } catch (error) {
    if (statusOf(error) === 400 && /in use/.test(messageOf(error))) return false;
    throw error;
  }
}

/** What a newer server notes of a template by itself. */
const serverOwn = new Set([
  "created_date",
  "created_date_millis",
  "modified_date",
  "modified_date_millis",
]);

/** Differences of two templates by what they mean: `index.codec` and nested, `1` and `"1"` are the same. */
function compare(existing: JsonObject | undefined, wanted: JsonObject): Change["differences"] {
  const from = leaves(existing ?? {});
  const to = leaves(wanted);
  return [...new Set([...from.keys(), ...to.keys()])]
    .filter((path) => from.get(path) !== to.get(path) && !serverOwn.has(path))
    .sort()
    .map((path) => ({
      path,
      ...(from.has(path) && { from: from.get(path) }),
      ...(to.has(path) && { to: to.get(path) }),
    }));
}

/** Defaults which the server adds to what it was given. */
const additions = new Map([
  ["data_stream.hidden", "false"],
  ["data_stream.allow_custom_routing", "false"],
  ["template.lifecycle.enabled", "true"],
]);

function leaves(tree: Json, path = "", found = new Map<string, string>()): Map<string, string> {
  if (tree !== null && typeof tree === "object" && !Array.isArray(tree)) {
    for (const [key, value] of Object.entries(tree)) {
      leaves(value, path === "" ? key : `${path}.${key}`, found);
    }
    return found;
  }
  const text = canonical(tree);
  if (additions.get(path) !== text) found.set(path, text);
  return found;
}

/** The server gives numbers and booleans of settings back as texts. */
function canonical(value: Json): string {
  if (value === null || typeof value !== "object") return String(value);
  const parts = Array.isArray(value)
    ? value.map(canonical)
    : Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, inner]) => `${key}: ${canonical(inner)}`);
  return `[${parts.join(", ")}]`;
}

/** True for what an existing index does not take over from its template. */
function isStored(path: string): boolean {
  return /^(template\.(mappings|settings)|composed_of)/.test(path);
}

async function changeRetention(
  client: Client,
  name: string,
  options: TemplateOptions,
  dryRun: boolean,
  signal: AbortSignal,
): Promise<Change | undefined> {
  const isAlerts = name === `logs-leafwatch.alert-${options.namespace}`;
  if (isAlerts) return undefined;
  const wanted = lifetime(options.retentionMs);
  const { data_streams } = await wrap(
    () => client.indices.getDataLifecycle({ name }, { signal }),
    signal,
  );
  const existing = data_streams[0]?.lifecycle?.data_retention;
  if (existing === wanted) return undefined;
  if (!dryRun) {
    await wrap(
      () => client.indices.putDataLifecycle({ name, data_retention: wanted }, { signal }),
      signal,
    );
  }
  const difference = {
    path: "lifecycle.data_retention",
    ...(existing !== undefined && { from: String(existing) }),
    to: wanted,
  };
  return { kind: "data stream", name, action: "set retention", differences: [difference] };
}
