import type { z } from "zod";
import type { Kind } from "../lib/kind.ts";
import type { Log } from "../lib/log.ts";
import type { FileAccess } from "./files.ts";
import type { RemoteShell } from "./remote-shell.ts";
import type { Source } from "./source.ts";
import type { SshConnection } from "./ssh.ts";

/** What a source is given beside its options. */
export interface SourceDeps {
  /** `host.name`. */
  host: string;
  os: "linux" | "windows";
  /** How the host's files are read. */
  files: FileAccess;
  /** undefined for the machine itself. */
  connection?: SshConnection;
  /** Runs commands on the host, where there is a connection. */
  shell?: RemoteShell;
  /** Commands that need it run through `sudo -n`. */
  sudo?: boolean;
  /** Read what is there now, then end. */
  once: boolean;
  pollMs: number;
  maxLineBytes: number;
  log: Log;
}

/** A way in which a host keeps its logs. Its options stand in a `logs:` entry beside those of the format. */
export type SourceKind = Kind<Source, SourceDeps>;

/**
 * Types `create` after `options`. Unlike lib/kind.ts it does not check them again: they come from a config that was
 * checked as a whole, and what was once turned from `10m` into a number cannot be turned twice.
 */
export function sourceKind<S extends z.ZodObject>(definition: {
  type: string;
  summary: string;
  options: S;
  create(options: z.output<S>, deps: SourceDeps): Source;
}): SourceKind {
  return {
    ...definition,
    create: (options, deps) => definition.create(options as z.output<S>, deps),
  };
}
