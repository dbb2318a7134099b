import { AppError } from "../lib/errors.ts";
import { keyOf, placeObjects, readBundle, type PlacedObject, type SavedObject } from "./bundle.ts";
import { connectKibana, type Kibana } from "./http.ts";
import type { KibanaOptions } from "./options.ts";
import { plan, planBlind, type Step } from "./plan.ts";
import { installedIds, nextRecord, type ImportRecord, type RecordStore } from "./record.ts";
import {
  deleteObject,
  failureText,
  fetchObjects,
  importObjects,
  type ImportAnswer,
} from "./saved-objects-api.ts";
import { createSpace, spaceExists } from "./space.ts";

export interface DashboardImport {
  options: KibanaOptions;
  /** The folder of *.ndjson files. */
  directory: string;
  /** Namespace of the data streams that the data views show. */
  namespace: string;
  /** Write over what users changed. */
  overwrite?: boolean;
  /** Only say what would be done. */
  dryRun?: boolean;
  /** Remembers what was written; without it, an object that differs from ours counts as changed by a user. */
  record?: RecordStore;
}

export interface DashboardImportResult {
  space: string;
  spaceCreated: boolean;
  /** One step for each object: done, or with `dryRun` planned. */
  steps: readonly Step[];
}

/**
 * Brings the space to what `directory` says: what is missing is created, what an older version of ours wrote is
 * updated or, where this version has it no more, removed; what a user changed is kept. A second run changes nothing.
 *
 * @throws KIBANA_IMPORT_FAILED with each object's reason; the errors of `connectKibana` and its `call`
 */
export async function importDashboards(
  request: DashboardImport,
  signal: AbortSignal,
): Promise<DashboardImportResult> {
  const bundle = await readBundle(request.directory, request.namespace);
  const kibana = await connectKibana(request.options);
  const exists = await spaceExists(kibana, signal);
  const result = { space: kibana.space, spaceCreated: !exists };
  if (!exists && request.dryRun) {
    return { ...result, steps: planBlind(placeObjects(bundle, new Map())) };
  }
  if (!exists) await createSpace(kibana, signal);
  const record = (await request.record?.load(signal)) ?? { objects: [] };
  const ids = installedIds(record);
  const steps = await bring({ kibana, bundle, ids, record, request, again: true }, signal);
  return { ...result, steps };
}

interface Job {
  kibana: Kibana;
  bundle: readonly SavedObject[];
  /** Ids in the space, by `keyOf` with our ids, as far as they are known to differ or to be ours. */
  ids: ReadonlyMap<string, string>;
  record: ImportRecord;
  request: DashboardImport;
  /** True while a conflict may still be answered by looking once more. */
  again: boolean;
}

async function bring(job: Job, signal: AbortSignal): Promise<readonly Step[]> {
  const { kibana, bundle, ids, record, request } = job;
  const ours = placeObjects(bundle, ids);
  const earlier = record.objects.map(({ type, installed_as }) => ({ type, id: installed_as }));
  const names = new Map([...ours, ...earlier].map((name) => [keyOf(name), name]));
  const theirs = await fetchObjects(kibana, [...names.values()], signal);
  const overwrite = request.overwrite ?? false;
  const steps = theirs
    ? plan({ ours, theirs, recorded: record.objects, overwrite })
    : planBlind(ours);
  if (request.dryRun) return steps;

  const written = steps.filter(({ action }) => action === "create" || action === "update");
  const chosen = new Set(written.map(({ name }) => keyOf(name)));
  const objects = ours.filter(({ type, ourId }) => chosen.has(keyOf({ type, id: ourId })));
  // Only with this flag may Kibana replace: a create that meets something is a conflict to look at, not to win.
  const replace = overwrite || steps.some(({ action }) => action === "update");
  const answer = objects.length > 0 ? await send(kibana, objects, replace, signal) : undefined;
  const conflicts = answer?.errors.filter(({ error }) => error.type === "conflict") ?? [];
  if (answer && !answer.success) {
    // Another space has our ids, so ours here have others; or another setup was faster: look again, once.
    if (job.again && conflicts.length > 0) {
      return bring({ ...job, ids: learn(ids, ours, conflicts), again: false }, signal);
    }
    throw importFailed(kibana, answer);
  }
  for (const step of steps.filter(({ action }) => action === "remove")) {
    await deleteObject(kibana, { type: step.name.type, id: step.installedAs }, signal);
  }
  const finalIds = learn(ids, ours, answer?.successResults ?? []);
  const final = placeObjects(bundle, finalIds);
  if (request.record && theirs) {
    const held = (await fetchObjects(kibana, final, signal)) ?? new Map<string, SavedObject>();
    await request.record.save(nextRecord(record, steps, final, held), signal);
  }
  return steps.map((step) => ({
    ...step,
    installedAs: finalIds.get(keyOf(step.name)) ?? step.installedAs,
  }));
}

/** Imports, leaving out what Kibana does not import: it knows ours under `originId` when the id is another. */
async function send(
  kibana: Kibana,
  objects: readonly PlacedObject[],
  overwrite: boolean,
  signal: AbortSignal,
): Promise<ImportAnswer> {
  const lines = objects.map(({ ourId, ...object }) =>
    ourId === object.id ? object : { ...object, originId: ourId },
  );
  return importObjects(kibana, lines, overwrite, signal);
}

/** Adds the ids that an answer names (`destinationId`) to those known. */
function learn(
  ids: ReadonlyMap<string, string>,
  ours: readonly PlacedObject[],
  results: readonly (ImportAnswer["successResults"][number] | ImportAnswer["errors"][number])[],
): Map<string, string> {
  const known = new Map(ids);
  const ourNames = new Map(
    ours.map((object) => [keyOf(object), keyOf({ type: object.type, id: object.ourId })]),
  );
  for (const result of results) {
    const error = "error" in result ? result.error : result;
    const destination = (error as { destinationId?: string }).destinationId;
    const name = ourNames.get(keyOf(result));
    if (destination !== undefined && name !== undefined) known.set(name, destination);
  }
  return known;
}

function importFailed(kibana: Kibana, answer: ImportAnswer): AppError {
  const reasons = answer.errors.map((failure) => `  ${failureText(failure)}`);
  const text = reasons.length > 0 ? `\n${reasons.join("\n")}` : " and gave no reason";
  return new AppError(
    "KIBANA_IMPORT_FAILED",
    `${kibana.name}: Kibana refused the dashboards in space ${kibana.space}${text}`,
    {
      hint: "conflict: run setup with --overwrite; missing_references: an object named there was removed; else Kibana's own log says more",
    },
  );
}
