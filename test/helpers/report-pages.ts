import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** True when the program can be started. */
export async function hasProgram(name: string): Promise<boolean> {
  return run(name, ["-v"]).then(
    () => true,
    (error: unknown) => (error as { code?: unknown }).code !== "ENOENT",
  );
}

/** The text of each page, laid out as it stands. */
export async function pageTexts(file: string): Promise<string[]> {
  const { stdout } = await run("pdftotext", ["-layout", file, "-"], { maxBuffer: 64 * 2 ** 20 });
  return stdout.split("\f").slice(0, -1);
}

/** A picture of grey values, 0 is black. */
export interface Grey {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** The first pages as pictures of 40 dots an inch. */
export async function pagePictures(file: string, count: number): Promise<Grey[]> {
  const folder = await mkdtemp(join(tmpdir(), "leafwatch-pages-"));
  try {
    const options = ["-gray", "-r", "40", "-f", "1", "-l", String(count)];
    await run("pdftoppm", [...options, file, join(folder, "page")]);
    const names = (await readdir(folder)).sort();
    return await Promise.all(
      names.map(async (name) => parsePgm(await readFile(join(folder, name)))),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A picture in the binary form of PGM (`P5`), as pdftoppm writes it. */
export function parsePgm(bytes: Buffer): Grey {
  const header = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.subarray(0, 64).toString("latin1"));
  if (!header) throw new Error("this is no PGM picture");
  const [width, height] = [Number(header[1]), Number(header[2])];
  const pixels = bytes.subarray(header[0].length);
  if (pixels.length !== width * height) throw new Error("the picture is cut off");
  return { width, height, pixels };
}

/** The inverse of `parsePgm`. */
export function toPgm({ width, height, pixels }: Grey): Buffer {
  return Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), pixels]);
}

/** Mean difference of grey values in percent of black to white; 100 where the sizes differ. */
export function difference(a: Grey, b: Grey): number {
  if (a.width !== b.width || a.height !== b.height) return 100;
  let sum = 0;
  for (const [index, value] of a.pixels.entries()) sum += Math.abs(value - (b.pixels[index] ?? 0));
  return (100 * sum) / (255 * a.pixels.length);
}
