import { createHash } from "node:crypto";
import ssh2 from "ssh2";

/** An ed25519 key pair in OpenSSH's formats. */
export interface SshKeys {
  /** Text of a private key file. */
  privateKey: string;
  /** `ssh-ed25519 AAAA…`: one line of authorized_keys, or of known_hosts after the host's name. */
  publicKey: string;
  /** `SHA256:…`, as `ssh-keygen -l` prints it and `host_key` takes it. */
  fingerprint: string;
}

/** A new pair. */
export function createSshKeys(): SshKeys {
  for (;;) {
    const { private: privateKey, public: publicKey } = ssh2.utils.generateKeyPairSync("ed25519");
    // About one in a hundred of ssh2 1.17's own keys is malformed (a leading zero byte is lost).
    if (isKey(privateKey) && isKey(publicKey)) {
      return { privateKey, publicKey, fingerprint: fingerprintOf(publicKey) };
    }
  }
}

function isKey(text: string): boolean {
  return !(ssh2.utils.parseKey(text) instanceof Error);
}

function fingerprintOf(publicKey: string): string {
  const blob = Buffer.from(publicKey.split(" ")[1] ?? "", "base64");
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}
