import { execFile } from "node:child_process";
import { readdir, readFile, realpath } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { AppError } from "../lib/errors.ts";

const installed = "/usr/lib/jvm";

/** A Java runtime: the folder that `ES_JAVA_HOME` names, and its feature version (17, 21 …). */
interface Java {
  home: string;
  version: number;
}

/**
 * The home of a Java that is new enough: the first that fits of ES_JAVA_HOME, JAVA_HOME and PATH, else the newest
 * under /usr/lib/jvm.
 *
 * @throws ES_JAVA_MISSING when there is none at all, ES_JAVA_TOO_OLD when all found are older than `needed`.
 */
export async function findJava(
  needed: number,
  env: Readonly<Record<string, string | undefined>> = process.env,
  folder = installed,
): Promise<string> {
  const seen: Java[] = [];
  for (const home of [env["ES_JAVA_HOME"], env["JAVA_HOME"], ...(await homesOnPath(env["PATH"]))]) {
    const version = home ? await versionOf(home) : undefined;
    if (!home || version === undefined) continue;
    if (version >= needed) return home;
    seen.push({ home, version });
  }
  const others = await javasIn(folder);
  const newest = others.sort((a, b) => b.version - a.version)[0];
  if (newest && newest.version >= needed) return newest.home;
  throw noJava(needed, [...seen, ...others]);
}

function noJava(needed: number, seen: readonly Java[]): AppError {
  const best = [...seen].sort((a, b) => b.version - a.version)[0];
  const hint =
    `install it (Debian, Ubuntu: apt install openjdk-${needed}-jre-headless; or any JDK from adoptium.net), ` +
    "or name one in ES_JAVA_HOME; with ELASTICSEARCH_URL set to a server of your own, no Java is needed";
  return best
    ? new AppError(
        "ES_JAVA_TOO_OLD",
        `the embedded Elasticsearch needs Java ${needed} or newer, found ${best.version} in ${best.home}`,
        { hint },
      )
    : new AppError(
        "ES_JAVA_MISSING",
        `the embedded Elasticsearch needs Java ${needed} or newer, found none`,
        { hint },
      );
}

async function homesOnPath(path = ""): Promise<string[]> {
  const homes: string[] = [];
  for (const folder of path.split(delimiter).filter(Boolean)) {
    const program = await realpath(join(folder, "java")).catch(() => undefined);
    if (program) homes.push(dirname(dirname(program)));
  }
  return homes;
}

async function javasIn(folder: string): Promise<Java[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names.map(async (name) => {
      const home = join(folder, name);
      const version = await versionOf(home);
      return version === undefined ? [] : [{ home, version }];
    }),
  );
  return found.flat();
}

/** The feature version, from the `release` file, else by asking the program; undefined when it is no Java. */
async function versionOf(home: string): Promise<number | undefined> {
  const release = await readFile(join(home, "release"), "utf8").catch(() => "");
  const text = /^JAVA_VERSION="([^"]+)"/m.exec(release)?.[1] ?? (await askVersion(home));
  // Java 8 and before called themselves 1.8; later ones 17.0.15 or 25-ea.
  const numbers = /^(?:1\.)?(\d+)/.exec(text ?? "");
  return numbers ? Number(numbers[1]) : undefined;
}

async function askVersion(home: string): Promise<string | undefined> {
  try {
    const { stderr, stdout } = await promisify(execFile)(join(home, "bin", "java"), ["-version"], {
      timeout: 15_000,
    });
    return / version "([^"]+)"/.exec(stderr + stdout)?.[1];
  } catch {
    return undefined; // no such program, or it does not run: not a Java
  }
}
