import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { bundle } from "../../../scripts/dashboards/bundle.ts";
import {
  importDashboards,
  type DashboardImport,
  type DashboardImportResult,
} from "../../../src/kibana/import.ts";
import { kibanaOptions } from "../../../src/kibana/options.ts";
import type { ImportRecord, RecordStore } from "../../../src/kibana/record.ts";
import type { PlayKibana } from "../../helpers/play-kibana.ts";

/** The folder that `setup` imports. */
export const directory = join(import.meta.dirname, "../../../dashboards");

/** What a test says of a run of setup; the rest is as usual. */
export interface Given extends Partial<Omit<DashboardImport, "options" | "record">> {
  record?: RecordStore | undefined;
  space?: string;
  login?: object;
}

/** One run of setup against `kibana`. */
export function setUp(
  kibana: Pick<PlayKibana, "url">,
  { space, login, record, ...given }: Given,
): Promise<DashboardImportResult> {
  const options = kibanaOptions.parse({ url: kibana.url, ...(space ? { space } : {}), ...login });
  return importDashboards(
    { options, directory, namespace: "leafwatch", ...given, ...(record ? { record } : {}) },
    AbortSignal.timeout(20_000),
  );
}

/** A record kept in memory. */
export function memory(): RecordStore {
  let kept: ImportRecord | undefined;
  return {
    load: async () => kept,
    save: async (record) => {
      kept = structuredClone(record);
    },
  };
}

export type Line = ReturnType<typeof bundle>[number];

/** A dashboards folder as another version of ours would have it. */
export async function folder(change: (object: Line) => object, more: readonly object[] = []) {
  const path = await mkdtemp(join(tmpdir(), "dashboards-"));
  const text = await readFile(join(directory, "leafwatch.ndjson"), "utf8");
  const lines = text.trimEnd().split("\n");
  const objects = [...lines.map((line) => change(JSON.parse(line) as Line)), ...more];
  await writeFile(
    join(path, "leafwatch.ndjson"),
    objects.map((object) => JSON.stringify(object)).join("\n"),
  );
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

/** How many steps of each kind there were. */
export function countActions(steps: readonly { action: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { action } of steps) counts[action] = (counts[action] ?? 0) + 1;
  return counts;
}
