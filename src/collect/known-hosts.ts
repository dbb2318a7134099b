import { createHash, createHmac } from "node:crypto";

/** One line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownHost {
  marker?: "revoked" | "cert-authority";
  /** Patterns with `*`, `?` and `!`, or one hashed name `|1|salt|hash`. */
  patterns: readonly string[];
  /** `ssh-ed25519`, `ssh-rsa` … */
  type: string;
  /** The public key as it travels, base64. */
  key: string;
}

/** What known_hosts says of a key that a server showed. */
export type Verdict =
  | { status: "known" }
  | { status: "unknown" }
  | { status: "revoked" }
  | { status: "changed"; known: readonly string[] };

/** The entries of a known_hosts file; lines that are not of its format are passed over, as OpenSSH does. */
export function parseKnownHosts(text: string): KnownHost[] {
  const entries: KnownHost[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(#|$)/.test(line)) continue;
    const fields = line.trim().split(/\s+/);
    const found = /^@(revoked|cert-authority)$/.exec(fields[0] ?? "")?.[1];
    const marker = found as KnownHost["marker"];
    if (marker) fields.shift();
    const [names, type, key] = fields;
    if (names === undefined || type === undefined || key === undefined) continue;
    entries.push({ ...(marker && { marker }), patterns: names.split(","), type, key });
  }
  return entries;
}

/** Judges the key (as it travels) that the server at `address` and `port` showed. */
export function judgeKey(
  entries: readonly KnownHost[],
  address: string,
  port: number,
  key: Buffer,
): Verdict {
  const shown = key.toString("base64");
  const ofHost = entriesOf(entries, address, port);
  const revoked = entries.filter((entry) => entry.marker === "revoked");
  if (revoked.some((entry) => entry.key === shown && ofHost.includes(entry))) {
    return { status: "revoked" };
  }
  const known = ofHost.filter((entry) => entry.marker === undefined);
  if (known.some((entry) => entry.key === shown)) return { status: "known" };
  if (known.length === 0) return { status: "unknown" };
  return {
    status: "changed",
    known: known.map((entry) => fingerprint(Buffer.from(entry.key, "base64"))),
  };
}

/**
 * The key algorithms to offer, so that the server shows a key that can be judged; undefined when none is known of
 * it. An RSA key is used with SHA-2 (RFC 8332).
 */
export function knownAlgorithms(
  entries: readonly KnownHost[],
  address: string,
  port: number,
): string[] | undefined {
  const known = entriesOf(entries, address, port).filter((entry) => entry.marker === undefined);
  if (known.length === 0) return undefined;
  const types = [...new Set(known.map((entry) => entry.type))];
  return types.flatMap((type) =>
    type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"] : [type],
  );
}

/** `SHA256:…` as ssh-keygen -l shows it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** The type that stands in front of a public key as it travels (RFC 4253 §6.6). */
export function keyType(key: Buffer): string {
  return key.subarray(4, 4 + key.readUInt32BE(0)).toString("latin1");
}

/** A line for known_hosts. */
export function knownHostLine(address: string, port: number, key: Buffer): string {
  return `${hostName(address, port)} ${keyType(key)} ${key.toString("base64")}\n`;
}

/** The name under which known_hosts has a server: `[host]:port` unless it is port 22. */
export function hostName(address: string, port: number): string {
  const lower = address.toLowerCase();
  return port === 22 ? lower : `[${lower}]:${port}`;
}

/** Like OpenSSH, a server on another port is also known by an entry without a port if none names the port. */
function entriesOf(entries: readonly KnownHost[], address: string, port: number): KnownHost[] {
  const exact = entries.filter((entry) => names(entry, hostName(address, port)));
  if (exact.some((entry) => entry.marker === undefined) || port === 22) return exact;
  return [...exact, ...entries.filter((entry) => names(entry, hostName(address, 22)))];
}

function names(entry: KnownHost, host: string): boolean {
  let found = false;
  for (const pattern of entry.patterns) {
    if (pattern.startsWith("|1|")) {
      found ||= hashes(pattern, host);
    } else if (pattern.startsWith("!")) {
      if (matches(pattern.slice(1), host)) return false;
    } else {
      found ||= matches(pattern, host);
    }
  }
  return found;
}

function hashes(pattern: string, host: string): boolean {
  const [, , salt = "", hash = ""] = pattern.split("|");
  const expected = createHmac("sha1", Buffer.from(salt, "base64")).update(host).digest("base64");
  return expected === hash;
}

function matches(pattern: string, host: string): boolean {
  // Most entries are plain names, and a file may have thousands of them.
  if (!/[*?]/.test(pattern)) return pattern.toLowerCase() === host;
  const source = pattern
    .toLowerCase()
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${source}$`, "s").test(host);
}
