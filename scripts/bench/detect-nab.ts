import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { streamDetector } from "../../src/watch/outlier/stream.ts";
import { nabScore, type JudgedSeries, type NabScore } from "./nab-score.ts";

/** How the detector did; without labels only how many series it ran over. */
export type NabScores = { files: number } & Partial<Omit<NabScore, "threshold">>;

/** A series as it stands in its file. */
interface Rows {
  stamps: string[];
  values: string[];
}

/**
 * Runs the outlier detector over the Numenta Anomaly Benchmark, row by row, and scores it. `dir` holds
 * `data/FOLDER/FILE.csv` and, beside `data`, the labels `windows.json`; or it is the data folder itself. The scores of
 * each row are written to `out/FOLDER/FILE.csv` as NAB's own scorer reads them; undefined: to a new temporary folder.
 */
export async function nab(dir: string, out: string | undefined): Promise<NabScores> {
  const folder = existsSync(join(dir, "data")) ? join(dir, "data") : dir;
  const labels = await labelsBeside(folder);
  const results = out ?? (await mkdtemp(join(tmpdir(), "leafwatch-nab-")));
  const judged: JudgedSeries[] = [];
  const names = await seriesIn(folder);
  for (const name of names) {
    const rows = parse(await readFile(join(folder, name), "utf8"));
    const scores = judge(rows);
    await mkdir(dirname(join(results, name)), { recursive: true });
    await writeFile(join(results, name), written(rows, scores));
    const windows = labels?.[name];
    if (windows) judged.push({ scores, windows: rowsOf(name, windows, rows.stamps) });
  }
  if (!labels) return { files: names.length };
  const { threshold: _, ...score } = nabScore(judged);
  return { files: judged.length, ...score };
}

/** NAB's labels: series -> the first and last time stamp of each window. */
type Labels = Record<string, [string, string][]>;

async function labelsBeside(folder: string): Promise<Labels | undefined> {
  const path = join(folder, "..", "windows.json");
  // NAB's own file: its shape is NAB's word.
  return existsSync(path) ? (JSON.parse(await readFile(path, "utf8")) as Labels) : undefined;
}

/** FOLDER/FILE.csv of every series, in order. */
async function seriesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const files = await readdir(join(folder, entry.name));
    names.push(...files.filter((f) => f.endsWith(".csv")).map((f) => `${entry.name}/${f}`));
  }
  return names.sort();
}

/** Reads `timestamp,value`, whose fields hold no commas or quotes. */
function parse(text: string): Rows {
  const lines = text.trim().split(/\r?\n/).slice(1);
  const fields = lines.map((line) => line.split(","));
  return {
    stamps: fields.map(([stamp = ""]) => stamp),
    values: fields.map(([, value = ""]) => value),
  };
}

function judge({ stamps, values }: Rows): number[] {
  const detector = streamDetector();
  // No zone: read as UTC.
  return stamps.map((stamp, row) =>
    detector.next(Date.parse(`${stamp.replace(" ", "T")}Z`), Number(values[row] ?? NaN)),
  );
}

function written({ stamps, values }: Rows, scores: readonly number[]): string {
  const lines = stamps.map((stamp, row) => `${stamp},${values[row] ?? ""},${scores[row] ?? 0}\n`);
  return `timestamp,value,anomaly_score\n${lines.join("")}`;
}

/**
 * Windows as rows. Labels tell fractions of a second, always 0, that series do not; a time that comes twice means its
 * first row.
 */
function rowsOf(
  name: string,
  windows: readonly [string, string][],
  stamps: readonly string[],
): { from: number; to: number }[] {
  const row = (label: string) => {
    const found = stamps.indexOf(label.replace(/\.0+$/, ""));
    if (found < 0) throw new Error(`${name} has no row of ${label}, which windows.json names`);
    return found;
  };
  return windows.map(([from, to]) => ({ from: row(from), to: row(to) }));
}
