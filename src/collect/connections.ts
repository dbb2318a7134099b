import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { AppError } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import type { HostOptions } from "./host-options.ts";
import { SshConnection } from "./ssh.ts";
import { atHome, type SshConfigLookup } from "./ssh-config.ts";
import type { SshAuth, SshTarget } from "./ssh-target.ts";

/** The connections of all hosts: one to each, also where several hosts are reached through it. */
export interface Connections extends AsyncDisposable {
  to(host: HostOptions): SshConnection;
}

/** `hosts`: all of the config, which others may name as `jump`. */
export function createConnections(
  hosts: readonly HostOptions[],
  lookup: SshConfigLookup,
  log: Log,
): Connections {
  const connections = new Map<string, SshConnection>();

  /** `via`: the hosts that are being connected to, to find a circle. */
  function to(host: HostOptions, via: readonly string[] = []): SshConnection {
    if (via.includes(host.name)) {
      throw new AppError(
        "SSH_JUMP_CIRCLE",
        `${host.name}: jump hosts lead back to it: ${via.join(", ")}`,
        {
          hint: "take one of them out of `jump`",
        },
      );
    }
    const entry = lookup(host.address ?? host.name);
    const target = targetOf(host, lookup);
    const hops = host.jump.length > 0 ? host.jump : entry.proxyJump;
    return through(target, hops, host, [...via, host.name]);
  }

  /** Shared by all who go the same way with the same login. */
  function through(
    target: SshTarget,
    hops: readonly string[],
    host: HostOptions,
    via: readonly string[],
  ): SshConnection {
    const { address, port, user } = target;
    const key = JSON.stringify([hops, address, port, user, target.auth, target.hostKey]);
    const known = connections.get(key);
    if (known) return known;
    const last = hops.at(-1);
    const before = last === undefined ? undefined : hop(last, hops.slice(0, -1), host, via);
    const connection = new SshConnection(target, {
      log,
      ...(before && {
        dial: (onwards: SshTarget, signal: AbortSignal) => before.forward(onwards, signal),
      }),
    });
    connections.set(key, connection);
    return connection;
  }

  /** A hop is a host of the config by its name, or `[user@]host[:port]` with the login of the host behind it. */
  function hop(
    name: string,
    before: readonly string[],
    host: HostOptions,
    via: readonly string[],
  ): SshConnection {
    const named = hosts.find((one) => one.name === name);
    if (named && before.length === 0) return to(named, via);
    if (named) return through(targetOf(named, lookup), before, named, via);
    const [, user, address = "", port] = /^(?:(.+)@)?\[?([^@]+?)\]?(?::(\d+))?$/.exec(name) ?? [];
    const asHost: HostOptions = {
      ...host,
      name,
      address,
      jump: [],
      user,
      port: port === undefined ? undefined : Number(port),
    };
    const hops = before.length > 0 ? before : lookup(address).proxyJump;
    return through(targetOf(asHost, lookup), hops, asHost, [...via, name]);
  }

  return {
    to,
    async [Symbol.asyncDispose]() {
      // Those behind a jump host first: they end in order through it.
      const all = [...connections.values()].reverse();
      await Promise.all(all.map((connection) => connection[Symbol.asyncDispose]()));
    },
  };
}

/** The config's words first, then ~/.ssh/config's, then what ssh itself would take. */
function targetOf(host: HostOptions, lookup: SshConfigLookup): SshTarget {
  const alias = host.address ?? host.name;
  const entry = lookup(alias);
  const pinned = host.host_key.startsWith("SHA256:");
  return {
    name: host.name,
    address: entry.hostName ?? alias,
    port: host.port ?? entry.port ?? 22,
    user: host.user ?? entry.user ?? userInfo().username,
    auth: authOf(host, entry.identityFiles),
    hostKey: pinned
      ? { kind: "pinned", fingerprint: host.host_key }
      : {
          kind: "known_hosts",
          file: atHome(host.known_hosts_file),
          acceptNew: host.host_key === "accept-new",
        },
  };
}

function authOf(host: HostOptions, identityFiles: readonly string[]): SshAuth {
  const { key, passphrase, agent, password } = host.auth ?? {};
  const socket = process.env["SSH_AUTH_SOCK"];
  if (agent === true && socket === undefined) {
    throw new AppError(
      "SSH_AGENT_MISSING",
      `${host.name}: auth.agent is set but SSH_AUTH_SOCK is not`,
      {
        hint: "start ssh-agent and pass its SSH_AUTH_SOCK to Leafwatch, or set `auth.key`",
      },
    );
  }
  const said = key !== undefined || agent === true || password !== undefined;
  const defaults = ["~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa"].map(atHome);
  const files = (identityFiles.length > 0 ? identityFiles : defaults).filter((file) =>
    existsSync(file),
  );
  return {
    keys: said ? (key === undefined ? [] : [atHome(key)]) : files,
    ...(passphrase !== undefined && { passphrase }),
    ...((agent === true || (!said && agent !== false)) &&
      socket !== undefined && { agent: socket }),
    ...(password !== undefined && { password }),
  };
}
