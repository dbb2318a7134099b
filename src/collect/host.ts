import { homedir, userInfo } from "node:os";
import type { Log } from "../lib/log.ts";
import type { FileAccess } from "./files.ts";
import type { HostOptions } from "./host-options.ts";
import { localFiles } from "./local-files.ts";
import { sourceKindFor, sourceKinds } from "./registry.ts";
import type { SourceDeps } from "./source-kind.ts";
import type { Source } from "./source.ts";
import { sftpFiles } from "./sftp-files.ts";
import { SshConnection } from "./ssh.ts";
import type { SshTarget } from "./ssh-target.ts";

export interface HostDeps {
  /** Read what is there now, then end. */
  once: boolean;
  log: Log;
  /** Longest line in bytes (`limits.line`). */
  maxLineBytes: number;
}

/** One host of the config while we read it. Dispose it to close its connection. */
export interface HostHandle extends AsyncDisposable {
  readonly name: string;
  /** The source of one `logs:` entry: `entry` has the options of the source kind, already checked, and `format`. */
  source(entry: { readonly format: string; readonly [option: string]: unknown }): Source;
  /** The zone of the host's clock: configured, else asked of the host; undefined where neither is possible. */
  timezone(signal: AbortSignal): Promise<string | undefined>;
}

/** Prepares a host; nothing is opened before it is read. */
export function createHost(options: HostOptions, deps: HostDeps): HostHandle {
  const connection =
    options.read === "local" ? undefined : new SshConnection(targetOf(options), { log: deps.log });
  const files: FileAccess = connection ? sftpFiles(connection) : localFiles(options.name);
  const sourceDeps: SourceDeps = {
    host: options.name,
    os: options.os,
    files,
    ...(connection && { connection }),
    once: deps.once,
    pollMs: options.poll,
    maxLineBytes: deps.maxLineBytes,
    log: deps.log,
  };
  return {
    name: options.name,
    source: ({ format, ...entry }) => sourceKinds[sourceKindFor(format)].create(entry, sourceDeps),
    timezone: async () => options.timezone,
    async [Symbol.asyncDispose]() {
      await connection?.[Symbol.asyncDispose]();
    },
  };
}

function targetOf(options: HostOptions): SshTarget {
  const { auth = {} } = options;
  const agent = process.env["SSH_AUTH_SOCK"];
  return {
    name: options.name,
    address: options.address ?? options.name,
    port: options.port ?? 22,
    user: options.user ?? userInfo().username,
    auth: {
      keys: auth.key === undefined ? [] : [atHome(auth.key)],
      ...(auth.passphrase !== undefined && { passphrase: auth.passphrase }),
      ...(auth.agent && agent !== undefined && { agent }),
      ...(auth.password !== undefined && { password: auth.password }),
    },
    hostKey: options.host_key.startsWith("SHA256:")
      ? { kind: "pinned", fingerprint: options.host_key }
      : {
          kind: "known_hosts",
          file: atHome(options.known_hosts_file),
          acceptNew: options.host_key === "accept-new",
        },
  };
}

function atHome(path: string): string {
  return path === "~" || path.startsWith("~/") ? homedir() + path.slice(1) : path;
}
