import type { Client } from "@elastic/elasticsearch";
import { fileURLToPath } from "node:url";
import { createApiKeys } from "../es/api-keys.ts";
import { createDocuments } from "../es/documents.ts";
import { checkPrecedence } from "../es/precedence.ts";
import { roleDescriptors } from "../es/privileges.ts";
import { removeSetup, setup, type Change } from "../es/templates.ts";
import { importDashboards } from "../kibana/import.ts";
import type { Step } from "../kibana/plan.ts";
import { importRecord, type ImportRecord, type RecordStore } from "../kibana/record.ts";
import { removeDashboards } from "../kibana/remove.ts";
import { AppError } from "../lib/errors.ts";
import { visible } from "../lib/visible.ts";
import { formats } from "../parse/registry.ts";
import { openContext, withConfig, type ConfigOptions, type Context } from "./context.ts";
import type { AddCommand } from "./io.ts";

interface Options extends ConfigOptions {
  dryRun?: boolean;
  remove?: boolean;
  overwrite?: boolean;
  printRoles?: boolean;
  apiKeys?: boolean;
  json?: boolean;
}

const dashboards = fileURLToPath(new URL("../../dashboards/", import.meta.url));

/** `leafwatch setup`: templates into Elasticsearch, dashboards into Kibana; a second run changes nothing. */
export const setupCommand: AddCommand = (program, io) => {
  withConfig(program.command("setup"))
    .description("install index templates and, where kibana: is configured, dashboards")
    .option("--dry-run", "only say what would be changed")
    .option("--overwrite", "write over dashboards that were changed in Kibana")
    .option("--remove", "remove templates and dashboards; never data")
    .option("--print-roles", "print the exact rights of each part as JSON, and change nothing")
    .option("--api-keys", "make an API key for each part and print it once")
    .option("--json", "print the result as JSON")
    .action(async (options: Options) => {
      await using context = await openContext(options, io);
      const { client, config } = context;
      if (options.printRoles) {
        await io.out(`${JSON.stringify(roleDescriptors(config.namespace), null, 2)}\n`);
        return;
      }
      if (options.apiKeys) {
        for (const { role, encoded } of await createApiKeys(client, config.namespace, io.signal)) {
          await io.out(`${role}: ${encoded}\n`);
        }
        return;
      }
      const elasticsearch = await templates(context, options, io.signal);
      if (!options.json) await io.out(describeTemplates(elasticsearch, options));
      if (!options.remove)
        await checkPrecedence(client, config.namespace, Object.keys(formats), io.signal);
      const { failure, ...done } = await kibana(context, options, io.signal);
      const result = { elasticsearch, kibana: done.steps };
      if (options.json) await io.out(`${JSON.stringify(result)}\n`);
      else if (!failure) await io.out(describeDashboards(done, options, context));
      // Templates are in place all the same; what failed is told last.
      if (failure) throw failure;
    });
};

function templates({ config, client }: Context, options: Options, signal: AbortSignal) {
  const wanted = {
    namespace: config.namespace,
    retentionMs: config.retention,
    logsdb: config.elasticsearch.logsdb ?? false,
    dryRun: options.dryRun ?? false,
  };
  return options.remove ? removeSetup(client, wanted, signal) : setup(client, wanted, signal);
}

/** What became of the dashboards. */
interface Brought {
  steps: readonly Step[];
  spaceCreated?: boolean;
}

async function kibana(
  { config, client }: Context,
  { dryRun = false, overwrite = false, remove }: Options,
  signal: AbortSignal,
): Promise<Brought & { failure?: AppError }> {
  if (!config.kibana) return { steps: [] };
  const { namespace } = config;
  const request = {
    options: config.kibana,
    directory: dashboards,
    namespace,
    dryRun,
    overwrite,
    record: importRecordStore(client, namespace, config.kibana.space),
  };
  try {
    if (remove) return { steps: await removeDashboards(request, signal) };
    return await importDashboards(request, signal);
  } catch (error) {
    if (error instanceof AppError) return { steps: [], failure: error };
    throw error;
  }
}

/** What setup wrote into a space, kept in Elasticsearch like all state. */
export function importRecordStore(client: Client, namespace: string, space: string): RecordStore {
  const documents = createDocuments<{ job: string; payload: ImportRecord }>(
    client,
    `leafwatch-jobs-${namespace}`,
  );
  const id = `kibana-import:${space}`;
  return {
    async load(signal) {
      const stored = await documents.get(id, signal);
      return stored && importRecord.parse(stored.doc.payload);
    },
    async save(record, signal) {
      const doc = { job: id, payload: record };
      if (await documents.create(id, doc, signal)) return;
      await documents.change(id, () => doc, signal);
    },
  };
}

function describeTemplates(changes: readonly Change[], { dryRun }: Options): string {
  if (changes.length === 0) return "Elasticsearch: nothing to change\n";
  const would = dryRun ? "would " : "";
  return changes
    .map(({ action, kind, name, differences }) => {
      const changed = action === "update" || action === "set retention";
      const shown = changed ? differences.map(difference).join("") : "";
      const why = action === "keep" ? ": data streams still need it" : "";
      return `Elasticsearch: ${would}${action} ${kind} ${name}${why}\n${shown}`;
    })
    .join("");
}

function difference({ path, from, to }: Change["differences"][number]): string {
  return `  ${path}: ${from ?? "(none)"} -> ${to ?? "(none)"}\n`;
}

function describeDashboards(
  { steps, spaceCreated }: Brought,
  { dryRun, remove }: Options,
  { config }: Pick<Context, "config">,
): string {
  if (!config.kibana) return "Kibana: not configured (kibana: { url: … } brings the dashboards)\n";
  const would = dryRun ? "would " : "";
  const { url, space } = config.kibana;
  const lines = spaceCreated ? [`${would}create space ${space}`] : [];
  for (const { action, name, title } of steps) {
    if (action === "unchanged") continue;
    const why =
      action === "keep" ? " as it was changed in Kibana (--overwrite writes over it)" : "";
    lines.push(`${would}${action} ${name.type} ${name.id} "${visible(title, 100)}"${why}`);
  }
  const changes = steps.some(({ action }) => action !== "unchanged" && action !== "keep");
  if (!changes && !spaceCreated) lines.push(remove ? "nothing to remove" : "nothing to change");
  return lines.map((line) => `Kibana: ${line} (${url}, space ${space})\n`).join("");
}
