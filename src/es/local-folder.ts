import { chmod, chown, cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { AppError } from "../lib/errors.ts";
import type { LocalOptions } from "./local.ts";
import { securityFiles, securitySettings } from "./local-security.ts";

/** Who the server runs as. */
export interface User {
  uid: number;
  gid: number;
}

/** nobody and nogroup where we are root, as which the server refuses to run; undefined: it may run as we do. */
export function otherUser(): User | undefined {
  return process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;
}

/**
 * Makes the folder that a server runs in, with its config; `home` is the unpacked distribution.
 *
 * @throws ES_CACHE_UNREADABLE.
 */
export async function prepareFolder(
  home: string,
  options: LocalOptions,
  user: User | undefined,
): Promise<string> {
  if (user) await checkReachable(home);
  const run = options.folder ?? (await mkdtemp(join(tmpdir(), "leafwatch-es-")));
  const config = join(run, "config");
  for (const folder of [run, config, join(run, "data"), join(run, "logs"), join(run, "tmp")]) {
    await mkdir(folder, { recursive: true });
  }
  await rm(join(run, "logs", "http.ports"), { force: true });
  await cp(join(home, "config"), config, { recursive: true });
  const settings = {
    "cluster.name": "leafwatch-embedded",
    "node.name": "embedded",
    "discovery.type": "single-node",
    "network.host": "127.0.0.1",
    // Port 0 lets the system choose; the ports file says what it chose.
    "http.port": options.port ?? 0,
    "transport.port": 0,
    "node.portsfile": true,
    "path.data": join(run, "data"),
    "path.logs": join(run, "logs"),
    "cluster.routing.allocation.disk.threshold_enabled": false,
    ...securitySettings(options.security),
    ...options.settings,
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  await writeFile(join(config, "elasticsearch.yml"), `${lines.join("\n")}\n`);
  for (const [name, content] of Object.entries(await securityFiles(options.security))) {
    await writeFile(join(config, name), content, { mode: 0o600 });
  }
  if (user) await giveTo(run, user);
  return run;
}

/** As another user the server must be able to enter every folder on the way to its program. */
async function checkReachable(home: string): Promise<void> {
  for (let folder = home; folder !== dirname(folder); folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) !== 0) continue;
    throw new AppError("ES_CACHE_UNREADABLE", `${folder} is closed to other users`, {
      hint: `the server cannot run as root and so must reach ${home} as another user: name another folder in LEAFWATCH_CACHE`,
    });
  }
}

async function giveTo(path: string, user: User): Promise<void> {
  await chown(path, user.uid, user.gid);
  if (!(await stat(path)).isDirectory()) return;
  await chmod(path, 0o700);
  for (const name of await readdir(path)) await giveTo(join(path, name), user);
}
