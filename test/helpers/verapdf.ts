import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { cacheFolder } from "../../src/es/distribution.ts";
import { findJava } from "../../src/es/java.ts";
import { downloadArtifact } from "../../src/es/maven.ts";

/** What veraPDF says of one file held against one standard. */
export interface Verdict {
  readonly file: string;
  /** `3a` for PDF/A-3a, `ua1` for PDF/UA-1. */
  readonly flavour: string;
  readonly valid: boolean;
  readonly failed: readonly string[];
}

/** veraPDF 1.30.2 (used under MPL-2.0, by tests only) and of its dependencies those that validation loads. */
const jars: readonly [coordinates: string, sha256: string][] = [
  [
    "org.verapdf:validation-model:1.30.2",
    "75642612f2559c795c6351ee5b8644e89e33f47e2d6ca32651d3c7a1ab4adbdb",
  ],
  ["org.verapdf:core:1.30.2", "33d3d802b5e0e6e309884cb8d56cc98e6346c4d37f66268a33455da20afca531"],
  ["org.verapdf:parser:1.30.2", "2d916016e7967da35bd7189d3f4ccdc69d17a90a641d21e7343da666380918ba"],
  [
    "org.verapdf:pdf-model:1.30.2",
    "6cb4567d30d2b1c589684c8b485705893b7e3d6ea05df1b7529053eea2fd1156",
  ],
  [
    "org.verapdf:verapdf-xmp-core:1.30.2",
    "002b1cbc65357fc6c87b6cfb775f15b9b78c163a2dec45fa3d8307ad2c3067d2",
  ],
  [
    "org.mozilla:rhino:1.7.15.1",
    "f3520a0e2e22d550f1216a456be233eb5385bf08e3219407dece7a16369eb38f",
  ],
  [
    "javax.activation:javax.activation-api:1.2.0",
    "43fdef0b5b6ceb31b0424b208b930c74ab58fac2ceeb7b3f6fd3aeb8b5ca4393",
  ],
  [
    "javax.xml.bind:jaxb-api:2.4.0-b180830.0359",
    "56b9e9702753763007435162ea788055efcfefc86ab920f032c0411dc547b836",
  ],
  [
    "com.sun.xml.bind:jaxb-core:2.3.0.1",
    "d2ecba63615f317a11fb55c6468f6a9480f6411c10951d9881bafd9a9a8d0467",
  ],
  [
    "com.sun.xml.bind:jaxb-impl:2.3.2",
    "b3a3d3aeaa5503cadc24dca9539b87efcd7bc3bd8c48018887a1489f2a77bdc0",
  ],
];

const script = fileURLToPath(new URL("verapdf/validate.rhino", import.meta.url));
const run = promisify(execFile);

/** Holds each file against PDF/A-3a and PDF/UA-1, in one Java process (17 or newer). */
export async function veraPdf(files: readonly string[]): Promise<Verdict[]> {
  const java = join(await findJava(17), "bin", "java");
  const folder = await fetchJars();
  const main = "org.mozilla.javascript.tools.shell.Main";
  const classPath = join(folder, "*");
  const { stdout } = await run(java, ["-cp", classPath, main, script, ...files], {
    timeout: 300_000,
  });
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Verdict);
}

/** The folder of the jars, fetched once into the cache; each is checked whenever it is used. */
async function fetchJars(): Promise<string> {
  const folder = join(cacheFolder(), "verapdf-1.30.2");
  await mkdir(folder, { recursive: true });
  for (const [coordinates, sha256] of jars) {
    const [groupId = "", artifactId = "", version = ""] = coordinates.split(":");
    const name = `${artifactId}-${version}.jar`;
    const path = join(folder, name);
    if ((await sumOf(path)) === sha256) continue;
    // Another run may be at it too: each downloads beside the others, and a rename is one step.
    const work = await mkdtemp(join(folder, "fetch-"));
    try {
      const artifact = { groupId, artifactId, version };
      const fetched = await downloadArtifact(artifact, work, undefined, name, {
        timeout: 120_000,
      });
      if ((await sumOf(fetched)) !== sha256)
        throw new Error(`${coordinates}: the checksum differs`);
      await rename(fetched, path);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
  return folder;
}

async function sumOf(path: string): Promise<string | undefined> {
  try {
    return createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
  } catch {
    return undefined;
  }
}
