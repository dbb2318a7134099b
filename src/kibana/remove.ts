import { keyOf, placeObjects, readBundle, titleOf } from "./bundle.ts";
import { connectKibana } from "./http.ts";
import type { KibanaOptions } from "./options.ts";
import type { Step } from "./plan.ts";
import { installedIds, type RecordStore } from "./record.ts";
import { deleteObject, fetchObjects } from "./saved-objects-api.ts";
import { spaceExists } from "./space.ts";

export interface DashboardRemoval {
  options: KibanaOptions;
  directory: string;
  namespace: string;
  dryRun?: boolean;
  record?: RecordStore;
}

/**
 * Removes, by id, all that setup wrote into the space, changed by a user or not. The space itself stays: others may
 * use it. What has another id than ours and no record is not ours to remove.
 *
 * @throws the errors of `connectKibana` and its `call`
 */
export async function removeDashboards(
  request: DashboardRemoval,
  signal: AbortSignal,
): Promise<readonly Step[]> {
  const kibana = await connectKibana(request.options);
  if (!(await spaceExists(kibana, signal))) return [];
  const record = (await request.record?.load(signal)) ?? { objects: [] };
  const bundle = await readBundle(request.directory, request.namespace);
  const ours = placeObjects(bundle, installedIds(record));
  const names = new Map(
    [
      ...ours.map(({ type, ourId, id }) => ({ type, id: ourId, installedAs: id })),
      ...record.objects.map(({ type, id, installed_as }) => ({
        type,
        id,
        installedAs: installed_as,
      })),
    ].map((name) => [keyOf(name), name]),
  );
  const inSpace = [...names.values()].map(({ type, installedAs }) => ({ type, id: installedAs }));
  const held = await fetchObjects(kibana, inSpace, signal);
  const titles = new Map(ours.map((object) => [keyOf(object), titleOf(object)]));
  const steps: Step[] = [];
  // Dashboards before what they show, so that none is seen broken in between.
  for (const { type, id, installedAs } of [...names.values()].reverse()) {
    const key = keyOf({ type, id: installedAs });
    if (held && !held.has(key)) continue;
    const there =
      request.dryRun === true || (await deleteObject(kibana, { type, id: installedAs }, signal));
    if (!there) continue;
    steps.push({
      action: "remove",
      name: { type, id },
      installedAs,
      title: titles.get(key) ?? installedAs,
    });
  }
  // Where nothing is remembered, nothing need be forgotten.
  if (!request.dryRun && record.objects.length > 0) {
    await request.record?.save({ objects: [] }, signal);
  }
  return steps;
}
