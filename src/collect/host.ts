import type { Log } from "../lib/log.ts";
import { createConnections } from "./connections.ts";
import { execFiles } from "./exec-files.ts";
import type { HostOptions } from "./host-options.ts";
import { localFiles } from "./local-files.ts";
import { sourceKindFor, sourceKinds } from "./registry.ts";
import { remoteShell } from "./remote-shell.ts";
import { sftpFiles } from "./sftp-files.ts";
import type { SourceDeps } from "./source-kind.ts";
import type { Source } from "./source.ts";
import { loadSshConfig, type SshConfigLookup } from "./ssh-config.ts";
import { askTimezone } from "./timezone.ts";

export interface HostDeps {
  /** Read what is there now, then end. */
  once: boolean;
  log: Log;
  /** Longest line in bytes (`limits.line`). */
  maxLineBytes: number;
  /** Default: ~/.ssh/config. */
  sshConfig?: SshConfigLookup;
}

/** One host of the config while we read it. */
export interface HostHandle {
  readonly name: string;
  /** The source of one `logs:` entry, as the config gives it: checked, with the options of its source kind. */
  source(entry: LogEntry): Source;
  /**
   * The zone of the host's clock: configured, else asked of the host where it runs commands; undefined where neither
   * is possible.
   *
   * @throws AppError when the host cannot be reached.
   */
  timezone(signal: AbortSignal): Promise<string | undefined>;
}

export interface LogEntry {
  readonly format: string;
  readonly [option: string]: unknown;
}

/** All hosts of the config. Dispose it to close their connections. */
export interface Hosts extends AsyncDisposable {
  readonly all: readonly HostHandle[];
}

/** Prepares hosts; nothing is opened before it is read. */
export async function createHosts(hosts: readonly HostOptions[], deps: HostDeps): Promise<Hosts> {
  const lookup = deps.sshConfig ?? (await loadSshConfig());
  const connections = createConnections(hosts, lookup, deps.log);
  return {
    all: hosts.map((host) => createHost(host, deps, connections)),
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  };
}

function createHost(
  host: HostOptions,
  { once, log, maxLineBytes }: HostDeps,
  connections: ReturnType<typeof createConnections>,
): HostHandle {
  const { name, os, read } = host;
  const common = { host: name, os, once, log, maxLineBytes, pollMs: host.poll };
  /** Not before it is used: what is wrong with a host shows when it is read. */
  const deps = memo(depsOf);
  function depsOf(): SourceDeps {
    if (read === "local") return { ...common, files: localFiles(name) };
    const connection = connections.to(host);
    const shell = remoteShell(connection);
    const files =
      read === "sftp"
        ? sftpFiles(connection)
        : execFiles(name, shell, connection.target.user, read === "sudo");
    return { ...common, files, connection, shell, sudo: read === "sudo" };
  }
  return {
    name,
    source: (entry) => ({
      host: name,
      streams: (signal) =>
        sourceKinds[sourceKindFor(entry.format)].create(entry, deps()).streams(signal),
    }),
    async timezone(signal) {
      if (host.timezone !== undefined) return host.timezone;
      if (read === "local") return Intl.DateTimeFormat().resolvedOptions().timeZone;
      const { shell } = deps();
      return read === "sftp" || os === "windows" || !shell ? undefined : askTimezone(shell, signal);
    },
  };
}

function memo<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
