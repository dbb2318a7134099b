import { readFile } from "node:fs/promises";
import { standIns, type Capabilities, type OptionalType } from "./capabilities.ts";

/** A tree of JSON, as templates are. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = Record<string, Json>;

/** One template as this cluster shall have it. */
export interface WantedTemplate {
  kind: "component template" | "index template";
  name: string;
  body: JsonObject;
}

/** What the files leave open. */
export interface TemplateOptions {
  namespace: string;
  /** How long events are kept, milliseconds. */
  retentionMs: number;
  /** Store events as logsdb where the cluster has it: less disk, slower to index. */
  logsdb?: boolean;
}

const folder = new URL("../../index-templates/", import.meta.url);
const components = ["settings", "ecs", "leafwatch", "state"];
const indexTemplates = ["logs", "alerts", "state", "alert-state"];
/** The history of alerts is small and answers "has this happened before?". */
const alertRetentionMs = 1096 * 86_400_000;

/** The templates of index-templates/, filled in and lowered to what the cluster has; components first. */
export async function wantedTemplates(
  options: TemplateOptions,
  capabilities: Capabilities,
): Promise<WantedTemplate[]> {
  const values: Record<string, string> = {
    namespace: options.namespace,
    retention: lifetime(options.retentionMs),
    alert_retention: lifetime(Math.max(alertRetentionMs, options.retentionMs)),
  };
  const read = async (path: string) => {
    const text = await readFile(new URL(path, folder), "utf8");
    const filled = text.replace(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole);
    // Our own files, held against a server by the tests.
    const body = lower(JSON.parse(filled) as Json, capabilities.missingTypes) as JsonObject;
    body["_meta"] = { ...(body["_meta"] as JsonObject), managed_by: "leafwatch" };
    return body;
  };
  const wanted: WantedTemplate[] = [];
  for (const name of components) {
    const body = await read(`components/${name}.json`);
    if (name === "settings" && options.logsdb && capabilities.logsdb) {
      const { settings } = body["template"] as { settings: { index: JsonObject } };
      settings.index["mode"] = "logsdb";
    }
    wanted.push({
      kind: "component template",
      name: `leafwatch-${options.namespace}@${name}`,
      body,
    });
  }
  for (const name of indexTemplates) {
    const body = await read(`${name}.json`);
    if (!capabilities.lifecycle && body["template"]) {
      delete (body["template"] as JsonObject)["lifecycle"];
    }
    wanted.push({ kind: "index template", name: `leafwatch-${name}-${options.namespace}`, body });
  }
  return wanted;
}

/** A duration as Elasticsearch writes it. */
export function lifetime(ms: number): string {
  return ms % 86_400_000 === 0 ? `${ms / 86_400_000}d` : `${Math.round(ms / 1000)}s`;
}

/** `tree` with every mapper type that is missing replaced by the nearest that no cluster lacks. */
function lower(tree: Json, missing: ReadonlySet<OptionalType>): Json {
  if (Array.isArray(tree)) return tree.map((value) => lower(value, missing));
  if (tree === null || typeof tree !== "object") return tree;
  const { type } = tree;
  if (typeof type === "string" && isOptional(type) && missing.has(type)) {
    // What only the missing type understands goes with it.
    const rest = Object.entries(tree).filter(
      ([key]) => key !== "value" && key !== "scaling_factor",
    );
    return { ...Object.fromEntries(rest), type: standIns[type] };
  }
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [key, lower(value, missing)]),
  );
}

function isOptional(type: string): type is OptionalType {
  return Object.hasOwn(standIns, type);
}
