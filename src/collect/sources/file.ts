import { basename, dirname } from "node:path/posix";
import { z } from "zod";
import { duration } from "../../lib/duration.ts";
import { followFile } from "../follow.ts";
import { expandGlob, isGlob, literalPath } from "../glob.ts";
import { multilineOptions, type MultilineOptions } from "../multiline.ts";
import { persist, type Persistence } from "../persist.ts";
import { isRotated } from "../rotation.ts";
import { sourceKind, type SourceDeps } from "../source-kind.ts";
import type { Stream } from "../source.ts";

/** How often a glob is looked at for new files, at most. */
const globMs = 10_000;
/** One batch: some thousand lines, which make a bulk request of a good size. */
const batchBytes = 512 * 1024;

const options = z.strictObject({
  path: z.string().min(1),
  from: z.enum(["beginning", "end"]).default("beginning"),
  multiline: multilineOptions.optional(),
  close_after: duration.default(600_000),
});
type Options = z.output<typeof options>;

/** Log files by path or glob, each with the files rotated away from it. */
export const file = sourceKind({
  type: "file",
  summary:
    "Log files by path or glob, followed through rotation, over SFTP, commands or on this machine",
  options,
  create: (config, deps) => ({
    host: deps.host,
    streams: (signal) =>
      isGlob(config.path) ? globbed(config, deps, signal) : single(config, deps),
  }),
});

async function* single(config: Options, deps: SourceDeps): AsyncGenerator<Stream> {
  yield stream(literalPath(config.path), config, deps);
}

async function* globbed(
  config: Options,
  deps: SourceDeps,
  signal: AbortSignal,
): AsyncGenerator<Stream> {
  const known = new Set<string>();
  const persistence: Persistence = {
    ...deps,
    pollMs: Math.max(deps.pollMs, globMs),
    fields: { "host.name": deps.host, glob: config.path },
  };
  let warned = false;
  async function* round() {
    const paths = await expandGlob(config.path, (folder) => deps.files.list(folder, signal));
    for (const path of livePaths(paths, known)) {
      known.add(path);
      yield stream(path, config, deps, () => known.delete(path));
    }
    if (known.size > 0 || warned) return;
    warned = true;
    deps.log.warn(persistence.fields, "no file matches: waiting for one");
  }
  yield* persist(round, async () => undefined, persistence, signal);
}

/** Those of the matched paths that are new and not rotated siblings of others. */
export function livePaths(paths: readonly string[], known: ReadonlySet<string>): string[] {
  const folders = new Map<string, Set<string>>();
  for (const path of [...paths, ...known]) {
    const names = folders.get(dirname(path)) ?? new Set();
    folders.set(dirname(path), names.add(basename(path)));
  }
  return paths.filter((path) => {
    if (known.has(path)) return false;
    const name = basename(path);
    if (/\.(gz|bz2|xz|zst|Z|zip)$/.test(name)) return false;
    return !isRotated(name, folders.get(dirname(path)) ?? new Set());
  });
}

function stream(path: string, config: Options, deps: SourceDeps, ended?: () => void): Stream {
  const fields = { "host.name": deps.host, "log.file.path": path };
  let exists = true;
  return {
    name: path,
    exists: () => exists,
    async *batches(from, signal) {
      await using followed = followFile(deps.files, from, {
        host: deps.host,
        path,
        from: config.from,
        closeAfterMs: config.close_after,
        maxLineBytes: deps.maxLineBytes,
        batchBytes,
        once: deps.once,
        ...(config.multiline && { multiline: recordsOf(config.multiline) }),
        log: deps.log,
      });
      let warned = false;
      async function* round() {
        yield* followed.look(signal);
        exists = followed.exists;
        if (!exists && !warned) {
          deps.log.warn(fields, "no such file: it is read as soon as it is there");
        }
        warned = !exists;
      }
      // A glob finds the file again when there is one; a path of its own is waited for.
      const over = () => ended !== undefined && followed.finished;
      yield* persist(round, () => followed.reset(), { ...deps, fields, over }, signal);
      ended?.();
    },
  };
}

function recordsOf({ starts, max_lines, timeout }: MultilineOptions) {
  return { starts: new RegExp(starts, "u"), maxLines: max_lines, timeoutMs: timeout };
}
