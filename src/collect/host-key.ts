import { appendFile, mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError, messageOf } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import {
  fingerprint,
  hostName,
  judgeKey,
  keyType,
  knownAlgorithms,
  knownHostLine,
  parseKnownHosts,
} from "./known-hosts.ts";
import type { SshTarget } from "./ssh-target.ts";

/** Judges the one key that a server shows during one connection. */
export interface HostKeyCheck {
  /** The host key algorithms to offer; undefined: all. */
  readonly algorithms?: readonly string[];
  /** undefined: the key is to be believed. */
  refusal(key: Buffer): AppError | undefined;
  /** After a refusal: true when the server may have a key of another type that would be believed; ask for it. */
  mayHaveAnother(): boolean;
  /** Writes a newly accepted key to known_hosts. Call when the connection stands. */
  remember(): Promise<void>;
}

/** What can be asked for and checked, best first. */
export const hostKeyAlgorithms: readonly string[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-512",
  "rsa-sha2-256",
  "ssh-rsa",
];

const systemFile = "/etc/ssh/ssh_known_hosts";

/** Reads what is known of the server, afresh for each connection: a key may have been added meanwhile. */
export async function hostKeyCheck(target: SshTarget, log: Log): Promise<HostKeyCheck> {
  const { name, address, port, hostKey } = target;
  if (hostKey.kind === "pinned") {
    return pinnedKeyCheck(target, hostKey.fingerprint);
  }
  const texts = await Promise.all([readText(hostKey.file), readText(systemFile)]);
  const entries = texts.flatMap(parseKnownHosts);
  const algorithms = knownAlgorithms(entries, address, port);
  let accepted: Buffer | undefined;
  return {
    ...(algorithms && { algorithms }),
    mayHaveAnother: () => false,
    refusal(key) {
      const verdict = judgeKey(entries, address, port, key);
      switch (verdict.status) {
        case "known":
          return undefined;
        case "revoked":
          return new AppError(
            "SSH_HOST_KEY_REVOKED",
            `${name}: the server's key ${fingerprint(key)} is marked @revoked in known_hosts`,
            { hint: "do not connect: the key was stolen or replaced; give the host a new key" },
          );
        case "changed":
          return new AppError(
            "SSH_HOST_KEY_CHANGED",
            `${name}: the server's key is ${fingerprint(key)} (${keyType(key)}), known_hosts has ${verdict.known.join(", ")}`,
            {
              hint: `somebody may stand between; only if the host was reinstalled, remove the old key: ssh-keygen -R '${hostName(address, port)}'`,
            },
          );
        case "unknown":
          if (!hostKey.acceptNew) return unknownKey(target, hostKey.file, key);
          accepted = key;
          return undefined;
      }
    },
    async remember() {
      if (!accepted) return;
      await append(hostKey.file, knownHostLine(address, port, accepted), name);
      log.info(
        { "host.name": name, fingerprint: fingerprint(accepted) },
        "accepted a new host key",
      );
      accepted = undefined;
    },
  };
}

/** A fingerprint does not tell the type of its key: each is asked for until the server shows the pinned one. */
function pinnedKeyCheck(target: SshTarget, pinned: string): HostKeyCheck {
  const shown = new Set<string>();
  const left = () => hostKeyAlgorithms.filter((name) => !shown.has(keyTypeOf(name)));
  return {
    get algorithms() {
      return left();
    },
    refusal(key) {
      if (fingerprint(key) === pinned) return undefined;
      shown.add(keyType(key));
      return notPinned(target, key);
    },
    mayHaveAnother: () => left().length > 0,
    remember: async () => undefined,
  };
}

/** An RSA key signs with several algorithms (RFC 8332). */
function keyTypeOf(algorithm: string): string {
  return algorithm.startsWith("rsa-") ? "ssh-rsa" : algorithm;
}

function unknownKey({ name, address, port }: SshTarget, file: string, key: Buffer): AppError {
  const portOption = port === 22 ? "" : `-p ${port} `;
  return new AppError(
    "SSH_HOST_KEY_UNKNOWN",
    `${name}: ${file} has no key of ${hostName(address, port)}; it shows ${fingerprint(key)} (${keyType(key)})`,
    {
      hint: `compare that fingerprint on the host, then add it: ssh-keyscan ${portOption}${address} >> ${file}; or pin it: host_key: ${fingerprint(key)}`,
    },
  );
}

function notPinned({ name, hostKey }: SshTarget, key: Buffer): AppError {
  const pinned = hostKey.kind === "pinned" ? hostKey.fingerprint : "";
  return new AppError(
    "SSH_HOST_KEY_CHANGED",
    `${name}: the server's key is ${fingerprint(key)} (${keyType(key)}), the config pins ${pinned}`,
    {
      hint: "somebody may stand between; only if the host was reinstalled, set host_key anew",
    },
  );
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw new AppError(
      "SSH_KNOWN_HOSTS_UNREADABLE",
      `${path} cannot be read: ${messageOf(error)}`,
      {
        hint: "let the account that runs Leafwatch read it, or name another known_hosts_file",
        cause: error,
      },
    );
  }
}

async function append(path: string, line: string, host: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const text = await readText(path);
    const separator = text === "" || text.endsWith("\n") ? "" : "\n";
    await appendFile(path, separator + line, { mode: 0o600 });
  } catch (error) {
    throw new AppError(
      "SSH_KNOWN_HOSTS_NOT_WRITABLE",
      `${host}: its new key cannot be written to ${path}: ${messageOf(error)}`,
      {
        hint: "host_key: accept-new needs a known_hosts_file that Leafwatch may write; or add the key by hand and use host_key: known_hosts",
        cause: error,
      },
    );
  }
}
